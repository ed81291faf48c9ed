package cli

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/fixtures/endpoint"
	"github.com/sgaudit/sgaudit/fixtures/estates"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/fixtures/objects"
	"github.com/sgaudit/sgaudit/fixtures/traffic"
)

const usageEstate = `account 123456789012
region eu-west-1
vpc-1 10.0.0.0/16
subnet-1 10.0.0.0/24 vpc vpc-1
sg-web web vpc vpc-1
  in tcp/443 0.0.0.0/0 id sgr-1
  in tcp/22 10.0.1.0/24 id sgr-2
eni-0a sg-web 10.0.0.10 vpc vpc-1 subnet subnet-1
fl-0a vpc-1 ALL to arn:aws:s3:::our-logs/flows/
fl-0b vpc-1 REJECT
`

// flowDay is a day of flow logs of eni-0a, an hour in each file, by the key in its bucket.
func flowDay() map[string]string {
	const header = "account-id interface-id flow-direction srcaddr dstaddr srcport dstport protocol tcp-flags action packets bytes start end log-status\n"
	files := map[string]string{}
	for hour := range 24 {
		at := 1790812800 + hour*3600
		text := header + fmt.Sprintf("123456789012 eni-0a - - - - - - - - - - %d %d NODATA\n", at, at+3600)
		if hour%5 == 2 {
			text += fmt.Sprintf("123456789012 eni-0a ingress 9.9.9.9 10.0.0.10 40000 443 6 3 ACCEPT 8 900 %d %d OK\n123456789012 eni-0a egress 10.0.0.10 9.9.9.9 443 40000 6 19 ACCEPT 9 2000 %d %d OK\n", at, at+50, at, at+50)
		}
		files[fmt.Sprintf("flows/AWSLogs/123456789012/vpcflowlogs/eu-west-1/2026/10/01/123456789012_vpcflowlogs_eu-west-1_fl-0a_20261001T%02d00Z_1a2b3c.log", hour)] = text
	}
	return files
}

// served serves the estate, with its flow logs in a bucket of another region than that of
// the calls, and makes a folder flow-logs of the same files.
func servedFlows(t *testing.T) *objects.Store {
	t.Helper()
	workplace(t)
	store := &objects.Store{PageSize: 7}
	for key, text := range flowDay() {
		store.Put("our-logs", "eu-central-1", key, []byte(text))
		path := "flow-logs/" + key
		if err := os.MkdirAll(path[:strings.LastIndex(path, "/")], 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	store.Put("our-logs", "eu-central-1", "flows/AWSLogs/123456789012/vpcflowlogs/us-west-2/2026/10/01/123456789012_vpcflowlogs_us-west-2_fl-0c_20261001T0000Z_1a2b3c.log", []byte("not read"))
	server, err := serveEstate("estate.sg", usageEstate, endpoint.Options{Objects: store})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	t.Setenv("AWS_ENDPOINT_URL", server.URL)
	if err := os.WriteFile("account.sg", []byte(usageEstate), 0o600); err != nil {
		t.Fatal(err)
	}
	return store
}

// The command that usage prints for flow logs in Amazon S3 gives the same as their files,
// live and beside a snapshot, and reads nothing of other regions.
func TestUsageOfBuckets(t *testing.T) {
	store := servedFlows(t)
	code, stdout, stderr := run("usage", "--region", "eu-west-1")
	_, command, found := strings.Cut(stdout, "then run: sgaudit ")
	if code != exitIncomplete || !found || strings.TrimSpace(command) != "usage --region eu-west-1 --flow-logs s3://our-logs/flows/" {
		t.Fatalf("exit %d: %s%s", code, stdout, stderr)
	}
	for what, args := range map[string][]string{
		"files": {"usage", "--input", "account.sg", "--flow-logs", "flow-logs", "-o", "csv"}, "the printed command": append(strings.Fields(command), "-o", "csv"),
		"beside a snapshot": {"usage", "--input", "account.sg", "--flow-logs", "s3://our-logs/flows", "-o", "csv", "--endpoint-url", os.Getenv("AWS_ENDPOINT_URL")},
		"both":              {"usage", "--input", "account.sg", "--flow-logs", "s3://our-logs/flows/AWSLogs/", "--since", "2026-10-01", "--until", "2026-10-02", "-o", "csv"},
	} {
		code, stdout, stderr := run(args...)
		if code != 0 || !strings.Contains(stdout, "tcp,443,0.0.0.0/0,,sgr-1,used") || !strings.Contains(stdout, "tcp,22,10.0.1.0/24,,sgr-2,unused") || !strings.Contains(stderr, "24 hours") {
			t.Errorf("%s: exit %d: %s%s", what, code, stdout, stderr)
		}
	}
	for _, call := range store.Calls {
		if strings.Contains(call, "us-west-2/") && strings.HasPrefix(call, "Get") {
			t.Errorf("%s was read", call)
		}
	}
}

// What cannot be read of a bucket is said, and makes the run incomplete and nothing unused.
func TestUsageOfBucketsInPart(t *testing.T) {
	store := servedFlows(t)
	keys := []string{}
	for key := range flowDay() {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	store.Fail(objects.Fault{Key: keys[3], Status: http.StatusForbidden, Code: "AccessDenied"})
	store.Fail(objects.Fault{Key: keys[4], Status: http.StatusForbidden, Code: "InvalidObjectState"})
	code, stdout, stderr := run("usage", "--input", "account.sg", "--flow-logs", "s3://our-logs/flows/", "-o", "csv")
	for _, want := range []string{"s3://our-logs/" + keys[3] + ": it could not be read: the caller lacks s3:GetObject", "s3://our-logs/" + keys[4] + ": it could not be read: the object is archived"} {
		if !strings.Contains(stderr, want) {
			t.Errorf("standard error lacks %q: %s", want, stderr)
		}
	}
	if code != exitIncomplete || !strings.Contains(stdout, "sgr-1,used") || !strings.Contains(stdout, "sgr-2,not-known") {
		t.Errorf("exit %d: %s", code, stdout)
	}
	for what, c := range map[string]struct {
		args []string
		want string
	}{
		"another bucket":       {[]string{"usage", "--input", "account.sg", "--flow-logs", "s3://no-logs/x"}, "listing s3://no-logs/x: the bucket no-logs does not exist"},
		"no bucket":            {[]string{"usage", "--input", "account.sg", "--flow-logs", "s3:///x"}, "does not name a bucket"},
		"an empty folder":      {[]string{"usage", "--input", "account.sg", "--flow-logs", "s3://our-logs/none/"}, "no flow log files were found"},
		"the demo account":     {[]string{"usage", "--demo", "--flow-logs", "s3://our-logs/"}, "no credentials for Amazon S3"},
		"another verb":         {[]string{"audit", "--input", "account.sg", "--usage", "s3://our-logs/"}, "sgaudit usage --flow-logs s3://our-logs/ --save-summary"},
		"a flag without use":   {[]string{"usage", "--input", "account.sg", "--flow-logs", "s3://our-logs/", "--depth", "groups"}, "--depth has no effect"},
		"a format that is bad": {[]string{"usage", "--input", "account.sg", "--flow-logs", "flow-logs", "--log-format", "version"}, "is not a field like ${srcaddr}"},
		"a policy for files":   {[]string{"policy", "--flow-logs", "flow-logs"}, "is not a path of Amazon S3"},
	} {
		if code, _, stderr := run(c.args...); code != exitFailed || !strings.Contains(stderr, c.want) {
			t.Errorf("%s: exit %d: %s", what, code, stderr)
		}
	}
}

// The policy lets credentials read what they have to, and nothing more.
func TestPolicyOfBuckets(t *testing.T) {
	code, stdout, stderr := run("policy", "--flow-logs", "s3://our-logs/flows/", "--flow-logs", "s3://more-logs")
	for _, want := range []string{`"s3:ListBucket"`, `"arn:*:s3:::our-logs"`, `"arn:*:s3:::our-logs/flows/*"`, `"arn:*:s3:::more-logs/*"`, `"kms:Decrypt"`, `"kms:ViaService": "s3.*.amazonaws.com*"`, "ec2:DescribeFlowLogs"} {
		if code != 0 || !strings.Contains(stdout, want) {
			t.Errorf("exit %d, without %s: %s%s", code, want, stdout, stderr)
		}
	}
	if _, plain, _ := run("policy"); strings.Contains(plain, "s3:") {
		t.Error("the policy of an audit has actions of Amazon S3")
	}
}

// demoBucket is the bucket our-logs of the pages, with the flow logs of the demo account.
func demoBucket(t *testing.T) *objects.Store {
	t.Helper()
	estate, err := notation.Parse("demo.sg", estates.Demo())
	if err != nil {
		t.Fatal(err)
	}
	var logs bytes.Buffer
	if err := traffic.WriteDemo(&logs, estate.Inventory); err != nil {
		t.Fatal(err)
	}
	store := &objects.Store{}
	store.Put("our-logs", "eu-west-1", "AWSLogs/123456789012/vpcflowlogs/us-east-1/2026/10/01/flows.log", logs.Bytes())
	return store
}
