package awsclient

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
)

// bareEnvironment leaves no credentials but those of an instance's role. The
// address is that of the metadata service.
func bareEnvironment(t *testing.T, metadata string) {
	t.Helper()
	for _, name := range []string{
		"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_EC2_METADATA_DISABLED",
		"AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ENDPOINT_URL",
	} {
		t.Setenv(name, "")
	}
	t.Setenv("AWS_CONFIG_FILE", os.DevNull)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", os.DevNull)
	t.Setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", metadata)
}

// TestInstanceRole takes the credentials of an instance's role from its
// metadata service, in the way that AWS documents ("Retrieve security
// credentials from instance metadata", EC2 User Guide).
func TestInstanceRole(t *testing.T) {
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.Method + " " + r.URL.Path {
		case "PUT /latest/api/token":
			w.Header().Set("X-Aws-Ec2-Metadata-Token-Ttl-Seconds", "300")
			_, _ = io.WriteString(w, "token")
		case "GET /latest/meta-data/iam/security-credentials/":
			_, _ = io.WriteString(w, "auditor")
		case "GET /latest/meta-data/iam/security-credentials/auditor":
			_, _ = io.WriteString(w, `{"Code": "Success", "Type": "AWS-HMAC", "AccessKeyId": "ASIAINSTANCE", "SecretAccessKey": "s", "Token": "t", "Expiration": "2099-01-01T00:00:00Z"}`)
		default:
			http.NotFound(w, r)
		}
	}))
	defer service.Close()
	bareEnvironment(t, service.URL)
	opts := Options{}
	opts.setDefaults()
	cfg, err := load(t.Context(), &opts, "")
	if err != nil {
		t.Fatal(err)
	}
	keys, err := cfg.Credentials.Retrieve(t.Context())
	if err != nil || keys.AccessKeyID != "ASIAINSTANCE" {
		t.Errorf("%s, %v", keys.AccessKeyID, err)
	}
}

// TestNoInstanceRole: where the service takes the connection and says nothing,
// as some networks do for its address, it is given up after the time, and not
// after that of the SDK.
func TestNoInstanceRole(t *testing.T) {
	asked := make(chan struct{}, 100)
	service := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}
		<-r.Context().Done()
	}))
	defer service.Close()
	bareEnvironment(t, service.URL)
	opts := Options{}
	opts.setDefaults()
	cfg, err := load(t.Context(), &opts, "")
	if err != nil {
		t.Fatal(err)
	}
	_, err = newMetadata(&cfg, 50*time.Millisecond).GetMetadata(t.Context(), &imds.GetMetadataInput{Path: "iam/security-credentials/"})
	if !errors.Is(err, context.DeadlineExceeded) || len(asked) == 0 {
		t.Errorf("%v", err)
	}
	if metadataTimeout > 2*time.Second {
		t.Errorf("it takes %s to say that there are no credentials", metadataTimeout)
	}
	var e *SetupError
	if _, err := Connect(t.Context(), Options{}); !errors.As(err, &e) || e.Message != "no AWS credentials were found" {
		t.Errorf("%v", err)
	}
}
