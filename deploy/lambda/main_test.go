package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestInvocations runs invocations of a stand-in for the runtime API, with a program that
// prints its arguments as its report.
func TestInvocations(t *testing.T) {
	program := filepath.Join(t.TempDir(), "sgaudit")
	script := `#!/bin/sh
case "$*" in
*slow*) trap 'echo "{\"interrupted\": true}"; exit 3' INT; i=0; while [ $i -lt 100 ]; do sleep 0.1; i=$((i+1)); done ;;
*broken*) echo "sgaudit: no such region" >&2; exit 2 ;;
*large*) head -c 7000000 /dev/zero | tr '\0' '1'; exit 0 ;;
*) echo "{\"args\": \"$*\"}"; case "$*" in *fail-on*) exit 1 ;; esac ;;
esac
`
	if err := os.WriteFile(program, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	const far = time.Minute
	for name, c := range map[string]struct {
		event string
		time  time.Duration
		path  string
		want  string
	}{
		"a region":        {`{"region": "eu-west-1"}`, far, "/response", `{"exit_code":0,"report":{"args":"audit --quiet --output=json --region=eu-west-1"}}`},
		"findings":        {`{"region": "eu-west-1", "fail_on": "high"}`, far, "/response", `{"exit_code":1,"report":{"args":"audit --quiet --output=json --region=eu-west-1 --fail-on=high"}}`},
		"no region":       {`{}`, far, "/error", "the event names no region"},
		"unknown key":     {`{"region": "eu-west-1", "args": ["--config=x"]}`, far, "/error", "unknown field"},
		"no event":        {`region`, far, "/error", "reading the event"},
		"exit code 2":     {`{"region": "broken"}`, far, "/error", "exit code 2: sgaudit: no such region"},
		"too large":       {`{"region": "large"}`, far, "/error", "the report has 7000000 bytes"},
		"no time is left": {`{"region": "slow"}`, reserve + time.Second, "/response", `{"exit_code":3,"report":{"interrupted":true}}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var path, body string
			api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodGet && r.URL.Path == "/api/next" {
					w.Header().Set("Lambda-Runtime-Aws-Request-Id", "one")
					w.Header().Set("Lambda-Runtime-Deadline-Ms", fmt.Sprint(time.Now().Add(c.time).UnixMilli()))
					io.WriteString(w, c.event)
					return
				}
				text, _ := io.ReadAll(r.Body)
				path, body = r.URL.Path, string(text)
				w.WriteHeader(http.StatusAccepted)
			}))
			defer api.Close()
			if err := next(api.URL+"/api/", program); err != nil {
				t.Fatal(err)
			}
			if path != "/api/one"+c.path || !strings.Contains(body, c.want) {
				t.Errorf("%s with %.300s, want %s with %s", path, body, c.path, c.want)
			}
		})
	}
}

// TestNoRuntime: without an answer of the runtime API the program ends.
func TestNoRuntime(t *testing.T) {
	api := httptest.NewServer(http.NotFoundHandler())
	defer api.Close()
	if err := next(api.URL+"/", "none"); err == nil || !strings.Contains(err.Error(), "404") {
		t.Errorf("the error is %v", err)
	}
}
