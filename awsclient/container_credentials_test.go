package awsclient

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/fixtures/endpoint"
	"github.com/sgaudit/sgaudit/fixtures/estates"
)

// TestContainerCredentials connects with the credentials that a container gets from its
// agent, as ECS and EKS Pod Identity hand them out ("Container credential provider", AWS
// SDKs and Tools Reference Guide): they are fetched within the first call, and the answer is
// not one to that call. Without them the error names the agent.
func TestContainerCredentials(t *testing.T) {
	status, body := http.StatusOK, `{"AccessKeyId": "ASIACONTAINER", "SecretAccessKey": "s", "Token": "t", "Expiration": "2099-01-01T00:00:00Z"}`
	agent := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "of the pod" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	defer agent.Close()
	served := estates.Accounts(1, estates.Scale{Regions: 1, Groups: 3, Interfaces: 3})
	s, err := endpoint.Serve(served, endpoint.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	bareEnvironment(t, agent.URL)
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte("of the pod"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", agent.URL+"/v1/credentials")
	t.Setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", token)
	if _, err := Connect(t.Context(), Options{EndpointURL: s.URL}); err != nil {
		t.Errorf("with credentials of the agent: %v", err)
	}

	status, body = http.StatusForbidden, `{"code": "AccessDeniedException", "message": "no association"}`
	for _, want := range []string{"AccessDeniedException: no association", "no such file or directory"} {
		_, err = Connect(t.Context(), Options{EndpointURL: s.URL})
		var e *SetupError
		if !errors.As(err, &e) || !strings.HasPrefix(e.Message, "the credentials of this container could not be fetched: ") || !strings.Contains(e.Message, want) || !strings.Contains(e.Hint, "AWS_CONTAINER_CREDENTIALS_FULL_URI is "+agent.URL) {
			t.Errorf("%v, and not %s", err, want)
		}
		t.Setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", token+".missing")
	}
}
