package awsclient

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/sgaudit/sgaudit/inventory"
)

// A service is asked where the SDK's clients would ask it.
func TestServiceEndpoint(t *testing.T) {
	profile := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(profile, []byte("[default]\nservices = local\n[services local]\nredshift_serverless =\n  endpoint_url = http://profile:1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		service, region, flag string
		environment           map[string]string
		want                  string
	}{
		"AWS's own":           {service: "sagemaker", region: "eu-west-1", want: "https://api.sagemaker.eu-west-1.amazonaws.com"},
		"of China":            {service: "ecs", region: "cn-north-1", want: "https://ecs.cn-north-1.amazonaws.com.cn"},
		"of Europe":           {service: "ecs", region: "eusc-de-east-1", want: "https://ecs.eusc-de-east-1.amazonaws.eu"},
		"FIPS":                {service: "ecs", region: "us-east-1", environment: map[string]string{"AWS_USE_FIPS_ENDPOINT": "true"}, want: "https://ecs-fips.us-east-1.amazonaws.com"},
		"of all services":     {service: "ecs", region: "us-east-1", environment: map[string]string{"AWS_ENDPOINT_URL": "http://all:1"}, want: "http://all:1"},
		"of the service":      {service: "redshift-serverless", region: "us-east-1", environment: map[string]string{"AWS_ENDPOINT_URL": "http://all:1", "AWS_ENDPOINT_URL_REDSHIFT_SERVERLESS": "http://one:1"}, want: "http://one:1"},
		"of another service":  {service: "ecs", region: "us-east-1", environment: map[string]string{"AWS_ENDPOINT_URL_EC2": "http://other:1"}, want: "https://ecs.us-east-1.amazonaws.com"},
		"of the profile":      {service: "redshift-serverless", region: "us-east-1", environment: map[string]string{"AWS_CONFIG_FILE": profile}, want: "http://profile:1"},
		"the variable wins":   {service: "redshift-serverless", region: "us-east-1", environment: map[string]string{"AWS_CONFIG_FILE": profile, "AWS_ENDPOINT_URL": "http://all:1"}, want: "http://all:1"},
		"the flag wins":       {service: "ecs", region: "us-east-1", flag: "http://flag:1", environment: map[string]string{"AWS_ENDPOINT_URL_ECS": "http://one:1"}, want: "http://flag:1"},
		"ignored":             {service: "ecs", region: "us-east-1", environment: map[string]string{"AWS_ENDPOINT_URL_ECS": "http://one:1", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}, want: "https://ecs.us-east-1.amazonaws.com"},
		"ignored but by flag": {service: "ecs", region: "us-east-1", flag: "http://flag:1", environment: map[string]string{"AWS_ENDPOINT_URL_ECS": "http://one:1", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}, want: "http://flag:1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("AWS_CONFIG_FILE", os.DevNull)
			t.Setenv("AWS_SHARED_CREDENTIALS_FILE", os.DevNull)
			for key, value := range tc.environment {
				t.Setenv(key, value)
			}
			opts := Options{EndpointURL: tc.flag}
			opts.setDefaults()
			cfg, err := load(context.Background(), &opts, tc.region)
			if err != nil {
				t.Fatal(err)
			}
			c := &Client{opts: opts, config: cfg}
			region := c.regionConfig(tc.region, 1)
			if got, err := serviceEndpoint(context.Background(), &region, &inventory.ReferrerServiceOf(tc.service).API); err != nil || got != tc.want {
				t.Errorf("%s, %v, want %s", got, err, tc.want)
			}
		})
	}
}
