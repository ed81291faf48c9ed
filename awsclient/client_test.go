package awsclient

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sgaudit/sgaudit/fixtures/endpoint"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
)

// environment clears what AWS tools read and gives them these files instead.
func environment(t *testing.T, config string) {
	t.Helper()
	for _, v := range os.Environ() {
		if name, _, _ := strings.Cut(v, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, "")
			os.Unsetenv(name)
		}
	}
	file := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_CONFIG_FILE", file)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", os.DevNull)
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	t.Setenv("HOME", t.TempDir())
}

// Each way in which a run cannot begin is one sentence and a hint, with
// nothing of the SDK's own chain of errors.
func TestSetupErrors(t *testing.T) {
	inv := notation.MustParse(small).Inventory
	keys := map[string]string{"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret"}
	for name, tc := range map[string]struct {
		config  string
		env     map[string]string
		opts    Options
		fault   *endpoint.Fault
		message string
		hint    string
	}{
		"no credentials":  {message: "no AWS credentials were found", hint: "aws sso login"},
		"unknown profile": {opts: Options{Profile: "nobody"}, message: `the AWS configuration has no profile "nobody"`, hint: "list-profiles"},
		"expired SSO": {
			config: "[profile p]\nsso_session = s\nsso_account_id = 111122223333\nsso_role_name = r\nregion = us-east-1\n[sso-session s]\nsso_region = us-east-1\nsso_start_url = https://example.com/start\n",
			opts:   Options{Profile: "p"}, message: `the SSO session of profile "p" has expired`, hint: "aws sso login --profile p",
		},
		"wrong clock":   {env: keys, fault: &endpoint.Fault{Code: "RequestExpired", Message: "x"}, message: "this machine's clock is wrong", hint: "clock"},
		"bad signature": {env: keys, fault: &endpoint.Fault{Code: "SignatureDoesNotMatch", Status: 403}, message: "AWS refuses the signature", hint: "clock"},
		"unknown keys":  {env: keys, fault: &endpoint.Fault{Code: "InvalidClientTokenId", Status: 403}, message: "AWS does not know these access keys", hint: "get-caller-identity"},
		"expired keys":  {env: keys, fault: &endpoint.Fault{Code: "ExpiredToken", Status: 403}, message: "the session's credentials have expired"},
		"another account": {
			env: keys, opts: Options{ExpectAccount: "999999999999"},
			message: "these credentials belong to account 111122223333, not to 999999999999", hint: "--profile",
		},
		"nobody there": {env: keys, opts: Options{EndpointURL: "http://127.0.0.1:1"}, message: "AWS cannot be reached: connection refused, at http://127.0.0.1:1 (from --endpoint-url)", hint: "to call AWS itself, leave out --endpoint-url"},
	} {
		t.Run(name, func(t *testing.T) {
			environment(t, tc.config)
			for k, v := range tc.env {
				t.Setenv(k, v)
			}
			var faults []endpoint.Fault
			if tc.fault != nil {
				tc.fault.Action = "GetCallerIdentity"
				faults = append(faults, *tc.fault)
			}
			s := serve(t, inv, endpoint.Options{Faults: faults})
			if tc.opts.EndpointURL == "" {
				tc.opts.EndpointURL = s.URL
			}
			_, err := Connect(context.Background(), tc.opts)
			var setup *SetupError
			if !errors.As(err, &setup) {
				t.Fatalf("got %v", err)
			}
			if !strings.Contains(setup.Message, tc.message) || !strings.Contains(setup.Hint, tc.hint) {
				t.Errorf("message %q, hint %q", setup.Message, setup.Hint)
			}
			if strings.Contains(setup.Message, "operation error") || strings.Contains(setup.Message, "\n") {
				t.Errorf("the SDK's chain shows: %q", setup.Message)
			}
		})
	}
}

func TestBothProfileAndKeysWarn(t *testing.T) {
	environment(t, "[profile p]\nregion = us-east-1\n")
	t.Setenv("AWS_PROFILE", "p")
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	s := serve(t, notation.MustParse(small).Inventory, endpoint.Options{})
	var warned []string
	c, err := Connect(context.Background(), Options{EndpointURL: s.URL, Warn: func(text string) { warned = append(warned, text) }})
	if err != nil {
		t.Fatal(err)
	}
	if len(warned) != 1 || !strings.Contains(warned[0], "AWS_PROFILE and AWS_ACCESS_KEY_ID are both set") {
		t.Errorf("warned: %q", warned)
	}
	if c.Caller().AccountID != "111122223333" || c.Caller().Partition != "aws" {
		t.Errorf("caller: %+v", c.Caller())
	}
}

// TestGivenEndpoint: --endpoint-url counts before every variable and profile that
// names an endpoint, for every service; without it they count.
func TestGivenEndpoint(t *testing.T) {
	s := serve(t, notation.MustParse(everyCall).Inventory, endpoint.Options{})
	const nobody = "http://127.0.0.1:1"
	environment(t, "[default]\nregion = us-east-1\nservices = ours\n[services ours]\nlambda =\n  endpoint_url = "+nobody+"\n")
	t.Setenv("AWS_ACCESS_KEY_ID", "a")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "b")
	for _, service := range []string{"EC2", "STS", "ELASTIC_LOAD_BALANCING", "WAFV2"} {
		t.Setenv("AWS_ENDPOINT_URL_"+service, nobody)
	}
	read := func(url string) *inventory.Inventory {
		t.Helper()
		c, err := Connect(context.Background(), Options{EndpointURL: url, Depth: inventory.DepthServices, Regions: []string{"us-east-1"}, MaxRPS: 1e6, RetryDelay: time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		inv, err := c.Collect(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		return inv
	}
	if inv := read(s.URL); !inv.Complete() {
		t.Errorf("gaps: %+v", inv.Regions[0].Gaps)
	}
	t.Setenv("AWS_ENDPOINT_URL", s.URL)
	for _, service := range []string{"EC2", "STS", "WAFV2"} {
		t.Setenv("AWS_ENDPOINT_URL_"+service, s.URL)
	}
	r := read("").Regions[0]
	if lost := r.Asked &^ r.Read; lost != inventory.PartLoadBalancers { // the classic ones
		t.Errorf("not read: %s, gaps %+v", lost, r.Gaps)
	}
}
