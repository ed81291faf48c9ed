//go:build unix

package cli

import (
	"context"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// interruptedUsage runs sgaudit usage until it ends, and wants what Ctrl-C leaves: exit
// code 3, a word about it, no file and no goroutine. Before it looks for these it calls end.
func interruptedUsage(t *testing.T, ctx context.Context, end func(), args ...string) {
	t.Helper()
	running := goleak.IgnoreCurrent()
	var streams [3]*os.File
	for i := range streams {
		file, err := os.CreateTemp(t.TempDir(), "stream")
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		streams[i] = file
	}
	ended := make(chan int)
	go func() {
		ended <- Run(ctx, append(append([]string{"sgaudit", "usage", "--input", "account.sg"}, args...), "--save-summary", "part.json.zst", "-o", "csv=part.csv"), streams[0], streams[1], streams[2])
	}()
	select {
	case code := <-ended:
		said, _ := os.ReadFile(streams[2].Name())
		if code != exitIncomplete || !strings.Contains(string(said), "interrupted before anything was read") {
			t.Errorf("exit %d: %s", code, said)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("it did not end")
	}
	if written, _ := os.ReadFile(streams[1].Name()); len(written) > 0 {
		t.Errorf("standard output: %s", written)
	}
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if strings.Contains(e.Name(), "part.") {
			t.Errorf("%s was written", e.Name())
		}
	}
	end()
	if err := goleak.Find(running); err != nil {
		t.Error(err)
	}
}

// Ctrl-C ends the reading of files in the middle of one, also while a pipe gives nothing.
func TestUsageOfFilesIsInterrupted(t *testing.T) {
	servedFlows(t)
	if err := syscall.Mkfifo("pipe.log", 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		pipe, err := os.OpenFile("pipe.log", os.O_WRONLY, 0)
		if err != nil {
			t.Error(err)
			return
		}
		defer pipe.Close()
		for _, text := range flowDay() {
			if _, err := pipe.WriteString(strings.Repeat(text, 1000)); err != nil { // more than the pipe holds: it is read
				t.Error(err)
			}
			break
		}
		cancel()
		<-t.Context().Done()
	}()
	interruptedUsage(t, ctx, func() {}, "--flow-logs", "pipe.log", "--flow-logs", "flow-logs")
}

// Ctrl-C ends the waiting for a named pipe that no process opens to write.
func TestUsageOfPipesIsInterrupted(t *testing.T) {
	servedFlows(t)
	if err := syscall.Mkfifo("pipe.log", 0o600); err != nil {
		t.Fatal(err)
	}
	for _, flag := range []string{"--flow-logs", "--summary"} {
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		interruptedUsage(t, ctx, func() {}, flag, "pipe.log")
		cancel()
	}
}

// Ctrl-C ends the reading of objects of Amazon S3 while one is fetched.
func TestUsageOfBucketsIsInterrupted(t *testing.T) {
	servedFlows(t)
	at, err := url.Parse(os.Getenv("AWS_ENDPOINT_URL"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	proxy := httputil.NewSingleHostReverseProxy(at)
	proxy.ErrorLog = log.New(io.Discard, "", 0) // that the client gave up is meant
	proxy.Transport = &http.Transport{DisableKeepAlives: true}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "T0500Z") {
			cancel()
			<-r.Context().Done() // the client gives up
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	defer server.Close()
	t.Setenv("AWS_ENDPOINT_URL", server.URL)
	interruptedUsage(t, ctx, server.Close, "--flow-logs", "s3://our-logs/flows/")
}
