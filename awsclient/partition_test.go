package awsclient

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sgaudit/sgaudit/fixtures/endpoint"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
)

// TestPartitionOf holds inventory's table to the regions that are known here.
func TestPartitionOf(t *testing.T) {
	for partition, region := range partitionHome {
		if got := inventory.PartitionOf(region); got != partition {
			t.Errorf("%s is in %s, want %s", region, got, partition)
		}
	}
	for partition, regions := range alwaysEnabled {
		for _, region := range regions {
			if got := inventory.PartitionOf(region); got != partition {
				t.Errorf("%s is in %s, want %s", region, got, partition)
			}
		}
	}
}

// TestFlagDecidesThePartition makes the first call where --region says, if the
// configured region is of another partition.
func TestFlagDecidesThePartition(t *testing.T) {
	for name, c := range map[string]struct {
		configured string
		regions    []string
		first      string
		fault      endpoint.Fault
		message    string
		hint       string
	}{
		"another partition": {configured: "eu-west-1", regions: []string{"us-gov-west-1"}, first: "us-gov-west-1"},
		"the same":          {configured: "eu-west-1", regions: []string{"us-east-2"}, first: "eu-west-1"},
		"no region":         {regions: []string{"cn-north-1"}, first: "cn-north-1"},
		"no flag":           {configured: "us-gov-east-1", first: "us-gov-east-1"},
		"neither":           {first: "us-east-1"},
		"two partitions": {
			configured: "eu-west-1", regions: []string{"us-gov-west-1", "eu-west-1"},
			message: "--region us-gov-west-1 is in the partition aws-us-gov, and --region eu-west-1 in aws", hint: "each partition by itself",
		},
		"keys of another": {
			configured: "eu-west-1", regions: []string{"us-gov-west-1"}, fault: endpoint.Fault{Code: "InvalidClientTokenId", Status: 403},
			message: "the partition aws-us-gov, in which --region us-gov-west-1 is, does not know these access keys", hint: "a region of aws, where the configured region eu-west-1 is",
		},
	} {
		t.Run(name, func(t *testing.T) {
			environment(t, "")
			t.Setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
			t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
			if c.configured != "" {
				t.Setenv("AWS_REGION", c.configured)
			}
			c.fault.Action = "GetCallerIdentity"
			s := serve(t, notation.MustParse(small).Inventory, endpoint.Options{Faults: []endpoint.Fault{c.fault}})
			_, err := Connect(context.Background(), Options{EndpointURL: s.URL, Regions: c.regions})
			if c.message != "" {
				var setup *SetupError
				if !errors.As(err, &setup) || setup.Message != c.message || !strings.Contains(setup.Hint, c.hint) {
					t.Errorf("got %#v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if calls := s.Calls(); calls[0].Region != c.first {
				t.Errorf("the first call went to %s, want %s", calls[0].Region, c.first)
			}
		})
	}
}

// TestTypingTakesTime does not count the time in which an MFA code is typed as
// that of an endpoint that does not answer.
func TestTypingTakesTime(t *testing.T) {
	const role = `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><AssumedRoleUser><Arn>arn:aws:sts::111122223333:assumed-role/audit/x</Arn><AssumedRoleId>AROA:x</AssumedRoleId></AssumedRoleUser>` +
		`<Credentials><AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`
	const identity = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:sts::111122223333:assumed-role/audit/x</Arn><UserId>AROA:x</UserId><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`
	code := make(chan string, 1)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("Action") == "AssumeRole" {
			code <- r.FormValue("TokenCode")
			_, _ = w.Write([]byte(role))
			return
		}
		_, _ = w.Write([]byte(identity))
	}))
	defer s.Close()
	environment(t, "[profile base]\naws_access_key_id = AKIA\naws_secret_access_key = s\n"+
		"[profile p]\nrole_arn = arn:aws:iam::111122223333:role/audit\nsource_profile = base\nmfa_serial = arn:aws:iam::111122223333:mfa/me\nregion = us-east-1\n")
	t.Setenv("AWS_ENDPOINT_URL_STS", s.URL)
	const limit = 3 * time.Second
	c, err := Connect(context.Background(), Options{Profile: "p", callTimeout: limit, MFAToken: func(string) (string, error) {
		time.Sleep(limit + limit/4)
		return "123456", nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	if c.Caller().AccountID != "111122223333" || <-code != "123456" {
		t.Errorf("caller: %+v", c.Caller())
	}
}

// TestRolesAtTheGivenEndpoint takes the roles of the configuration files, and those of
// web identities, where the other calls of STS go: where --endpoint-url says, whatever
// AWS_ENDPOINT_URL says, else where a variable or the profile says.
func TestRolesAtTheGivenEndpoint(t *testing.T) {
	const (
		credentials = `<Credentials><AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>`
		identity    = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:sts::111122223333:assumed-role/audit/x</Arn><UserId>AROA:x</UserId><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`
	)
	var actions []string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		action := r.FormValue("Action")
		actions = append(actions, action)
		if action == "GetCallerIdentity" {
			_, _ = w.Write([]byte(identity))
			return
		}
		fmt.Fprintf(w, `<%[1]sResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><%[1]sResult>%[2]s</%[1]sResult></%[1]sResponse>`, action, credentials)
	}))
	defer s.Close()
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte("token"), 0o600); err != nil {
		t.Fatal(err)
	}
	const nobody = "http://127.0.0.1:1" // where nothing answers
	for action, profile := range map[string]string{
		"AssumeRole":                "source_profile = base",
		"AssumeRoleWithWebIdentity": "web_identity_token_file = " + token,
	} {
		for name, given := range map[string]struct {
			flag, all, one, ofProfile string
		}{
			"--endpoint-url":       {flag: s.URL, all: nobody, one: nobody, ofProfile: nobody},
			"AWS_ENDPOINT_URL":     {all: s.URL, ofProfile: nobody},
			"AWS_ENDPOINT_URL_STS": {all: nobody, one: s.URL},
			"endpoint_url":         {ofProfile: s.URL},
		} {
			text := "[profile base]\naws_access_key_id = AKIA\naws_secret_access_key = s\n" +
				"[profile p]\nrole_arn = arn:aws:iam::111122223333:role/audit\nregion = us-east-1\n" + profile + "\n"
			if given.ofProfile != "" {
				text += "endpoint_url = " + given.ofProfile + "\n"
			}
			environment(t, text)
			// Where the endpoint is not asked, the call fails here and does not leave for AWS.
			t.Setenv("HTTPS_PROXY", nobody)
			for key, value := range map[string]string{"AWS_ENDPOINT_URL": given.all, "AWS_ENDPOINT_URL_STS": given.one} {
				t.Setenv(key, value)
				if value == "" {
					_ = os.Unsetenv(key)
				}
			}
			actions = nil
			if _, err := Connect(context.Background(), Options{Profile: "p", EndpointURL: given.flag, RetryDelay: time.Millisecond}); err != nil {
				t.Errorf("%s, %s: %v", name, action, err)
			}
			if want := []string{action, "GetCallerIdentity"}; !slices.Equal(actions, want) {
				t.Errorf("%s: the endpoint was asked for %v, want %v", name, actions, want)
			}
		}
	}
}

// TestDeadline ends a context in which the user is not asked.
func TestDeadline(t *testing.T) {
	var d deadline
	d.stop() // before it begins: no effect
	d.start()
	ctx, end := d.begin(context.Background(), time.Millisecond)
	defer end()
	<-ctx.Done()
	if !passed(ctx) {
		t.Error(context.Cause(ctx))
	}
	whole, end := d.begin(context.Background(), time.Hour)
	end()
	if passed(whole) {
		t.Error("freed, and passed")
	}
}
