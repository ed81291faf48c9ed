package cli

import (
	"context"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/sgaudit/sgaudit/fixtures/endpoint"
	"github.com/sgaudit/sgaudit/fixtures/estates"
	"github.com/sgaudit/sgaudit/fixtures/notation"
)

// everythingWritten runs the verbs that write files, each format into a new file, and
// with --debug; it returns the folder and all that the runs said.
func everythingWritten(t *testing.T, url string) (folder, said string) {
	t.Helper()
	folder = "written"
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	in := func(name string) string { return filepath.Join(folder, name) }
	audit := []string{"audit", "--history", in("history"), "--depth", "services"}
	for _, format := range knownFormats() {
		audit = append(audit, "-o", format+"="+in("audit."+format))
	}
	lines := [][]string{
		audit,
		{"audit", "--output-dir", in("folder")},
		{"snapshot", "-o", "json=" + in("snapshot.json"), "-o", "zst=" + in("snapshot.zst"), "-o", "sg=" + in("snapshot.sg")},
		{"graph", "-o", "svg=" + in("graph.svg"), "-o", "json=" + in("graph.json")},
		{"graph", "-o", "svg=" + in("pictures") + "/"},
		{"fix", "-o", "sh=" + in("plan.sh"), "-o", "terraform=" + in("plan.tf")},
		{"rules", "-o", "csv=" + in("rules.csv")},
		{"audit", "-o", "part=" + in("parts") + "/"},
		{"doctor"},
	}
	for _, line := range lines {
		code, stdout, stderr := run(append(line, "--endpoint-url", url, "--debug")...)
		if code != exitDone && code != exitIncomplete {
			t.Errorf("sgaudit %s: exit code %d\n%s", strings.Join(line, " "), code, stderr)
		}
		said += stdout + stderr
	}
	return folder, said
}

// TestSecretsStayInside: no file and no message holds the secret key or the session
// token, with --debug and when calls fail.
func TestSecretsStayInside(t *testing.T) {
	workplace(t)
	const secret, token = "wJalrXUtnFEMIK7MDENGbPxRfiCYSECRETKEY", "IQoJb3JpZ2luX2VjSESSIONTOKEN"
	t.Setenv("AWS_SECRET_ACCESS_KEY", secret)
	t.Setenv("AWS_SESSION_TOKEN", token)
	s, err := endpoint.Serve(notation.MustParse(estates.Demo()).Inventory, endpoint.Options{Faults: []endpoint.Fault{
		{Action: "DescribeVpcs", Code: "SignatureDoesNotMatch", Status: 403, Message: "the request signature does not match"},
		{Action: "DescribeSubnets", Denied: true},
		{Action: "DescribeFlowLogs", Reset: true, Times: 1},
		{Action: "DescribeNatGateways", Redirect: true},
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	folder, said := everythingWritten(t, s.URL)
	holds := func(where, text string) {
		for _, inside := range []string{secret, token} {
			if strings.Contains(text, inside) {
				t.Errorf("%s holds %s", where, inside)
			}
		}
	}
	holds("a message", said)
	err = filepath.WalkDir(folder, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(name)
		holds(name, string(text))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestNoOtherHost: the program looks up no name but that of its endpoint, and the
// demo none at all.
func TestNoOtherHost(t *testing.T) {
	workplace(t)
	s, err := endpoint.Serve(notation.MustParse(twoRegions).Inventory, endpoint.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var mu sync.Mutex
	asked := 0
	before := net.DefaultResolver
	defer func() { net.DefaultResolver = before }()
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		mu.Lock()
		defer mu.Unlock()
		asked++
		return nil, os.ErrPermission
	}}
	for _, line := range [][]string{
		{"demo"},
		{"audit", "--demo", "--depth", "services", "-o", "html=report.html"},
		{"version"},
		{"checks"},
		{"audit", "--endpoint-url", s.URL, "--depth", "services"},
		{"doctor", "--endpoint-url", s.URL},
	} {
		if code, _, stderr := run(line...); code != exitDone || asked > 0 {
			t.Errorf("%v: exit code %d, %d names were looked up: %s", line, code, asked, stderr)
		}
	}
	if code, _, _ := run("audit", "--endpoint-url", "https://"+faultyName); code != exitFailed || asked == 0 {
		t.Errorf("exit code %d, %d names: the test sees no lookups", code, asked)
	}
}
