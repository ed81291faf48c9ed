package awsclient

import (
	"cmp"
	"context"
	"net/url"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// namedEndpoint is an endpoint that somebody configured in place of AWS's own, for
// messages. The zero value is AWS's own.
type namedEndpoint struct {
	url    string // without a password
	source string // what names it: --endpoint-url, a variable, or the profile
}

// endpointNamed returns the endpoint of a service, by its id, and what names it.
func endpointNamed(ctx context.Context, cfg *aws.Config, opts *Options, service string) namedEndpoint {
	given, err := givenEndpointOf(ctx, cfg, &inventory.ServiceAPI{ID: service})
	if err != nil || given == "" {
		return namedEndpoint{}
	}
	at := namedEndpoint{url: words.Cut(given, mostText)}
	if u, err := url.Parse(given); err == nil {
		at.url = words.Cut((&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String(), mostText)
	}
	one := "AWS_ENDPOINT_URL_" + strings.ToUpper(strings.ReplaceAll(service, " ", "_"))
	switch {
	case opts.EndpointURL != "":
		at.source = "--endpoint-url"
	case os.Getenv(one) == given:
		at.source = one
	case os.Getenv("AWS_ENDPOINT_URL") == given:
		at.source = "AWS_ENDPOINT_URL"
	default:
		at.source = "endpoint_url of profile " + cmp.Or(opts.Profile, os.Getenv("AWS_PROFILE"), "default")
	}
	return at
}

// at ends a message about a call: where it went. It is empty for AWS's own endpoints.
func (e namedEndpoint) at() string {
	if e.source == "" {
		return ""
	}
	return ", at " + e.url + " (from " + e.source + ")"
}

// check says what to do about an answer that is not one of AWS.
func (e namedEndpoint) check() string {
	if e.source == "" {
		return "check --endpoint-url if it is given"
	}
	return "check " + e.source + ": is " + e.url + " an endpoint of AWS, or of an emulator?"
}

// remove says how to call AWS itself.
func (e namedEndpoint) remove() string {
	switch {
	case strings.HasPrefix(e.source, "AWS_"):
		return "unset " + e.source
	case strings.HasPrefix(e.source, "--"):
		return "leave out " + e.source
	}
	return "remove " + e.source + " from the configuration of the AWS CLI"
}
