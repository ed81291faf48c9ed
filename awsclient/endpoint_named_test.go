package awsclient

import (
	"context"
	"testing"
)

// TestEndpointIsNamed: a message about an endpoint has its URL, without a password, and
// what names it, by the order in which the SDK takes them; the hint says how to call AWS
// itself.
func TestEndpointIsNamed(t *testing.T) {
	const here, there = "http://127.0.0.1:1", "http://127.0.0.1:2"
	for name, c := range map[string]struct {
		config     string
		env        map[string]string
		opts       Options
		at, remove string
	}{
		"none":             {},
		"flag":             {opts: Options{EndpointURL: here}, env: map[string]string{"AWS_ENDPOINT_URL": there}, at: ", at " + here + " (from --endpoint-url)", remove: "leave out --endpoint-url"},
		"variable":         {env: map[string]string{"AWS_ENDPOINT_URL": here}, at: ", at " + here + " (from AWS_ENDPOINT_URL)", remove: "unset AWS_ENDPOINT_URL"},
		"its own variable": {env: map[string]string{"AWS_ENDPOINT_URL": there, "AWS_ENDPOINT_URL_STS": here}, at: ", at " + here + " (from AWS_ENDPOINT_URL_STS)", remove: "unset AWS_ENDPOINT_URL_STS"},
		"another's":        {env: map[string]string{"AWS_ENDPOINT_URL_EC2": here}},
		"profile": {
			config: "[profile p]\nendpoint_url = " + here + "\n", opts: Options{Profile: "p"},
			at: ", at " + here + " (from endpoint_url of profile p)", remove: "remove endpoint_url of profile p from the configuration of the AWS CLI",
		},
		"password": {env: map[string]string{"AWS_ENDPOINT_URL": "http://me:secret@127.0.0.1:1"}, at: ", at " + here + " (from AWS_ENDPOINT_URL)", remove: "unset AWS_ENDPOINT_URL"},
	} {
		t.Run(name, func(t *testing.T) {
			environment(t, c.config)
			for k, v := range c.env {
				t.Setenv(k, v)
			}
			c.opts.setDefaults()
			cfg, err := load(context.Background(), &c.opts, "us-east-1")
			if err != nil {
				t.Fatal(err)
			}
			client := &Client{opts: c.opts, config: cfg}
			calls := client.regionConfig("us-east-1", 1)
			e := endpointNamed(context.Background(), &calls, &c.opts, "STS")
			if e.at() != c.at || c.at != "" && e.remove() != c.remove {
				t.Errorf("%q, %q; want %q, %q", e.at(), e.remove(), c.at, c.remove)
			}
		})
	}
}
