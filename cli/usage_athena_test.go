package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/sgaudit/sgaudit/flows"
)

// fakeAthena answers as Athena does about one query, of which the rows of
// flows/testdata/reduced.tsv are the result.
type fakeAthena struct {
	mu     sync.Mutex
	rows   [][]*string // the first are the names of the columns
	states []string    // one for each look, the last one again and again: STATE BYTES REASON
	page   int         // rows of a page; 0: as many as are asked for

	// Answers that take the place of those below, by action: a status and a body for
	// one call after the other, the last one again and again; "" is the usual one.
	instead map[string][]string
	on      map[string]func()

	calls []string                    // actions, in their order
	asked map[string][]map[string]any // what came with them
}

func (f *fakeAthena) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	_, action, found := strings.Cut(r.Header.Get("X-Amz-Target"), "AmazonAthena.")
	if !found {
		fmt.Fprint(w, `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:user/one</Arn><UserId>A</UserId><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`)
		return
	}
	var values map[string]any
	_ = json.Unmarshal(body, &values)
	f.mu.Lock()
	n := len(f.asked[action])
	f.calls = append(f.calls, action)
	f.asked[action] = append(f.asked[action], values)
	answer := f.answer(action, values, n)
	if instead := f.instead[action]; len(instead) > 0 {
		if text := instead[min(n, len(instead)-1)]; text != "" {
			answer = text
		}
	}
	act := f.on[action]
	f.mu.Unlock()
	if act != nil {
		act()
	}
	status, text, _ := strings.Cut(answer, " ")
	code, _ := strconv.Atoi(status)
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.WriteHeader(code)
	fmt.Fprint(w, text)
}

func (f *fakeAthena) answer(action string, values map[string]any, n int) string {
	var out any
	switch action {
	case "GetTableMetadata":
		type column map[string]string
		columns := []column{}
		for _, name := range strings.Fields("version account_id interface_id srcaddr dstaddr srcport dstport protocol packets bytes start end action log_status tcp_flags pkt_srcaddr pkt_dstaddr flow_direction") {
			columns = append(columns, column{"Name": name, "Type": "string"})
		}
		out = map[string]any{"TableMetadata": map[string]any{
			"Name": values["TableName"], "TableType": "EXTERNAL_TABLE", "Columns": columns,
			"PartitionKeys": []column{{"Name": "accid", "Type": "string"}, {"Name": "aws_region", "Type": "string"}, {"Name": "day", "Type": "string"}},
			"Parameters":    map[string]string{"projection.day.format": "yyyy/MM/dd"},
		}}
	case "GetWorkGroup":
		out = map[string]any{"WorkGroup": map[string]any{"Name": values["WorkGroup"], "State": "ENABLED", "Configuration": map[string]any{"ResultConfiguration": map[string]string{"OutputLocation": "s3://results/"}}}}
	case "StartQueryExecution":
		out = map[string]string{"QueryExecutionId": "q-1"}
	case "GetQueryExecution":
		state := strings.SplitN(f.states[min(n, len(f.states)-1)], " ", 3)
		scanned, _ := strconv.Atoi(state[1])
		out = map[string]any{"QueryExecution": map[string]any{
			"QueryExecutionId": "q-1", "Statistics": map[string]any{"DataScannedInBytes": scanned},
			"Status": map[string]string{"State": state[0], "StateChangeReason": strings.Join(state[2:], "")},
		}}
	case "GetQueryResults":
		at, _ := strconv.Atoi(fmt.Sprint(values["NextToken"]))
		most, _ := values["MaxResults"].(float64)
		end := at + int(most)
		if f.page > 0 {
			end = at + f.page
		}
		end = min(end, len(f.rows))
		rows := []any{}
		for _, row := range f.rows[at:end] {
			data := []map[string]string{}
			for _, cell := range row {
				if cell == nil {
					data = append(data, map[string]string{})
				} else {
					data = append(data, map[string]string{"VarCharValue": *cell})
				}
			}
			rows = append(rows, map[string]any{"Data": data})
		}
		page := map[string]any{"ResultSet": map[string]any{"Rows": rows}}
		if end < len(f.rows) {
			page["NextToken"] = strconv.Itoa(end)
		}
		out = page
	case "StopQueryExecution":
		out = map[string]any{}
	}
	text, _ := json.Marshal(out)
	return "200 " + string(text)
}

// newFakeAthena is one with the recorded rows, of a query that succeeds at once.
func newFakeAthena(t *testing.T) *fakeAthena {
	t.Helper()
	content, err := os.ReadFile(recordedRows)
	if err != nil {
		t.Fatal(err)
	}
	f := &fakeAthena{states: []string{"SUCCEEDED 1000"}, asked: map[string][]map[string]any{}}
	for line := range strings.Lines(string(content)) {
		var row []*string
		for _, cell := range strings.Split(strings.TrimSuffix(line, "\n"), "\t") {
			if cell == "NULL" {
				row = append(row, nil)
			} else {
				row = append(row, &cell)
			}
		}
		f.rows = append(f.rows, row)
	}
	return f
}

var recordedRows, recordedLog = absolute("../flows/testdata/reduced.tsv"), absolute("../flows/testdata/reduced.log")

func absolute(path string) string {
	whole, err := filepath.Abs(path)
	if err != nil {
		panic(err)
	}
	return whole
}

// athenaEstate are the interfaces of the recorded rows.
const athenaEstate = `account 111122223333
region us-east-1
vpc-1 10.0.0.0/16
subnet-1 10.0.0.0/24 vpc vpc-1
sg-web web vpc vpc-1
  in tcp/443 0.0.0.0/0
  in tcp/22 10.0.1.0/24
eni-00 sg-web 10.0.0.10 vpc vpc-1 subnet subnet-1
eni-01 sg-web 10.0.0.20 10.0.0.21 vpc vpc-1 subnet subnet-1
eni-02 sg-web 10.0.0.30 vpc vpc-1 subnet subnet-1
fl-0a vpc-1 ALL to arn:aws:s3:::logs/ since 2026-09-01T00:00:00Z
account 444455556666
region us-east-1
`

// usageOf runs sgaudit usage with Athena's endpoint, in a folder that has account.sg.
func usageOf(t *testing.T, ctx context.Context, f *fakeAthena, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	running := goleak.IgnoreCurrent()
	if err := os.WriteFile("account.sg", []byte(athenaEstate), 0o600); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(f)
	var streams [3]*os.File
	for i := range streams {
		file, err := os.CreateTemp(t.TempDir(), "stream")
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		streams[i] = file
	}
	p := newProgram(streams[0], streams[1], streams[2])
	p.retryDelay = time.Millisecond
	code = p.exitCode(ctx, append([]string{"sgaudit", "usage", "--input", "account.sg"}, strings.Fields(strings.ReplaceAll(strings.Join(args, " "), "ENDPOINT", server.URL))...))
	server.Close()
	if err := goleak.Find(running); err != nil {
		t.Error(err)
	}
	out, _ := os.ReadFile(streams[1].Name())
	errs, _ := os.ReadFile(streams[2].Name())
	return code, string(out), string(errs)
}

const theTable = "--athena=logs.flow_logs --endpoint-url=ENDPOINT"

// The rows of a query give the same verdicts as the files, over pages of any size, and
// with calls that are throttled or fail on AWS's side once.
func TestAthenaIsTheFiles(t *testing.T) {
	workplace(t)
	_, want, stderr := usageOf(t, t.Context(), newFakeAthena(t), "--flow-logs", recordedLog, "-o", "csv")
	if !strings.Contains(want, "443") {
		t.Fatalf("no rules: %s", stderr)
	}
	const throttled = `400 {"__type":"TooManyRequestsException","message":"slow down"}`
	for name, change := range map[string]func(*fakeAthena){
		"as it is":        func(*fakeAthena) {},
		"pages of 1":      func(f *fakeAthena) { f.page = 1 },
		"pages of 7":      func(f *fakeAthena) { f.page = 7 },
		"queued, running": func(f *fakeAthena) { f.states = []string{"QUEUED 0", "QUEUED 0", "RUNNING 500", "SUCCEEDED 1000"} },
		"throttled": func(f *fakeAthena) {
			f.instead = map[string][]string{}
			for action := range athenaActionsOf() {
				f.instead[action] = []string{throttled, throttled, ""}
			}
		},
		"errors of the service": func(f *fakeAthena) {
			f.instead = map[string][]string{}
			for action := range athenaActionsOf() {
				f.instead[action] = []string{`500 {"__type":"InternalServerException","message":"try again"}`, "503 <html>busy</html>", ""}
			}
		},
		"no permission to look at the workgroup": func(f *fakeAthena) {
			f.instead = map[string][]string{"GetWorkGroup": {`400 {"__type":"AccessDeniedException","Message":"User: x is not authorized to perform: athena:GetWorkGroup on resource: y"}`}}
		},
	} {
		f := newFakeAthena(t)
		change(f)
		code, got, stderr := usageOf(t, t.Context(), f, theTable, "-o", "csv")
		// The files are named otherwise than the table's, in the last column.
		if cut(got) != cut(want) || code != exitIncomplete {
			t.Errorf("%s: exit code %d\n%s\nand not\n%s\n%s", name, code, got, want, stderr)
		}
		if slices.Contains(f.calls, "StopQueryExecution") {
			t.Errorf("%s: %v", name, f.calls)
		}
		for _, said := range []string{"the query is stopped once it has scanned more than 1.00 TB, which costs USD 5.00", "without --since the query scans every day of logs.flow_logs"} {
			if before, _, found := strings.Cut(stderr, "Athena scanned"); !found || !strings.Contains(before, said) {
				t.Errorf("%s: %q is not said before the query starts: %s", name, said, stderr)
			}
		}
		tokens := map[any]bool{}
		for _, values := range f.asked["StartQueryExecution"] {
			tokens[values["ClientRequestToken"]] = true
		}
		if len(tokens) != 1 {
			t.Errorf("%s: the query was started with %d tokens, so that it may run twice", name, len(tokens))
		}
	}
}

func athenaActionsOf() map[string]bool {
	return map[string]bool{"GetTableMetadata": true, "StartQueryExecution": true, "GetQueryExecution": true, "GetQueryResults": true, "GetWorkGroup": true}
}

// cut leaves the columns up to the verdict of each line of CSV.
func cut(text string) string {
	var kept []string
	for line := range strings.Lines(text) {
		kept = append(kept, strings.Join(strings.SplitN(line, ",", 12)[:11], ","))
	}
	return strings.Join(kept, "\n")
}

// What goes wrong is said, ends with 2, and never is a report without traffic.
func TestAthenaFails(t *testing.T) {
	workplace(t)
	denied := func(action string) string {
		return fmt.Sprintf(`400 {"__type":"AccessDeniedException","Message":"User: arn:aws:iam::111122223333:user/one is not authorized to perform: %s on resource: *"}`, action)
	}
	result := func(rows string) string { return `200 {"ResultSet":{"Rows":` + rows + `}}` }
	var header strings.Builder
	for i, name := range flows.ReducedColumns {
		fmt.Fprintf(&header, `%s{"VarCharValue":%q}`, strings.Repeat(",", min(i, 1)), name)
	}
	names := `{"Data":[` + header.String() + `]}`
	var endless []string // each with another token
	for i := range 300 {
		endless = append(endless, fmt.Sprintf(`%s,"NextToken":"%d"}`, strings.TrimSuffix(result("["+strings.Repeat(names, max(0, 1-i))+"]"), "}"), i))
	}
	for _, c := range []struct {
		name    string
		action  string
		answers []string
		states  string
		want    string
		hint    string
		stopped bool // the query goes on, and has to be stopped
	}{
		{name: "no permission to see the table", action: "GetTableMetadata", answers: []string{denied("glue:GetTable")}, want: "lacks the permission glue:GetTable", hint: "sgaudit policy --athena"},
		{name: "no such table", action: "GetTableMetadata", answers: []string{`400 {"__type":"MetadataException","Message":"EntityNotFoundException: Entity Not Found"}`}, want: "Entity Not Found", hint: "AWS_REGION"},
		{name: "no table in the answer", action: "GetTableMetadata", answers: []string{"200 {}"}, want: "not an answer to the call"},
		{name: "a web page", action: "GetTableMetadata", answers: []string{"200 <html>Sign in</html>"}, want: "not an answer to the call"},
		{name: "another table", action: "GetTableMetadata", answers: []string{`200 {"TableMetadata":{"Name":"x","Columns":[{"Name":"city","Type":"string"}]}}`}, want: "has no column for interface_id, srcaddr"},
		{name: "a table without columns", action: "GetTableMetadata", answers: []string{`200 {"TableMetadata":{"Name":"x"}}`}, want: "0 columns"},
		{name: "a disabled workgroup", action: "GetWorkGroup", answers: []string{`200 {"WorkGroup":{"State":"DISABLED"}}`}, want: "workgroup primary is disabled", hint: "--workgroup"},
		{name: "no place for the result", action: "GetWorkGroup", answers: []string{`200 {"WorkGroup":{"State":"ENABLED","Configuration":{}}}`}, want: "no place for query results", hint: "--output-location s3://"},
		{name: "no such workgroup", action: "GetWorkGroup", answers: []string{`400 {"__type":"InvalidRequestException","Message":"WorkGroup x is not found."}`}, want: "WorkGroup x is not found"},
		{name: "no permission to start", action: "StartQueryExecution", answers: []string{denied("athena:StartQueryExecution")}, want: "lacks the permission athena:StartQueryExecution", hint: "sgaudit policy --athena"},
		{name: "no bucket for the result", action: "StartQueryExecution", answers: []string{`400 {"__type":"InvalidRequestException","Message":"Unable to verify/create output bucket results"}`}, want: "Unable to verify/create output bucket results"},
		{name: "throttled for good", action: "StartQueryExecution", answers: []string{`400 {"__type":"TooManyRequestsException","message":"x"}`}, want: "still throttled after every retry"},
		{name: "no id", action: "StartQueryExecution", answers: []string{`200 {"QueryExecutionId":""}`}, want: "not an answer to the call"},
		{name: "a failed query", states: "FAILED 0 HIVE_BAD_DATA: Error parsing field value for field 3", want: "HIVE_BAD_DATA: Error parsing field value", hint: "usage --ddl"},
		{name: "no permission to read the files", states: "FAILED 0 Access Denied (Service: Amazon S3; Status Code: 403)", want: "Access Denied (Service: Amazon S3", hint: "sgaudit policy --athena"},
		{name: "out of memory", states: "FAILED 5000000000 Query exhausted resources at this scale factor", want: "exhausted resources", hint: "shorter window"},
		{name: "cancelled by others", states: "CANCELLED 10 Bytes scanned limit was exceeded", want: "was cancelled: Bytes scanned limit was exceeded", hint: "workgroup"},
		{name: "a state that is none", states: "SLEEPING 0", want: `the state "SLEEPING"`, stopped: true},
		{name: "no answer about the query", action: "GetQueryExecution", answers: []string{`400 {"__type":"ExpiredTokenException","message":"x"}`}, want: "the credentials expired during the run; the query q-1 was stopped", stopped: true},
		{name: "no permission to look", action: "GetQueryExecution", answers: []string{denied("athena:GetQueryExecution")}, want: "lacks the permission athena:GetQueryExecution", hint: "sgaudit policy --athena", stopped: true},
		{name: "no permission to read the result", action: "GetQueryResults", answers: []string{denied("s3:GetObject")}, want: "lacks the permission s3:GetObject", hint: "sgaudit policy --athena"},
		{name: "no rows at all", action: "GetQueryResults", answers: []string{result("[]")}, want: "no row with the names of its columns"},
		{name: "no record", action: "GetQueryResults", answers: []string{result("[" + names + "]")}, want: "Athena found no record that counts in logs.flow_logs", hint: "LOCATION"},
		{name: "other columns", action: "GetQueryResults", answers: []string{result(`[{"Data":[{"VarCharValue":"a"},{"VarCharValue":"b"}]}]`)}, want: "it has 2 columns and not 25"},
		{name: "columns in another order", action: "GetQueryResults", answers: []string{result("[" + strings.NewReplacer("what", "file", `"file"`, `"what"`).Replace(names) + "]")}, want: `its column 1 is "file" and not what`},
		{name: "a short row", action: "GetQueryResults", answers: []string{result("[" + names + `,{"Data":[{"VarCharValue":"day"}]}]`)}, want: "row 1 has 1 columns and not 25"},
		{name: "a row of NULLs", action: "GetQueryResults", answers: []string{result("[" + names + `,{"Data":[` + strings.TrimSuffix(strings.Repeat("{},", 25), ",") + `]}]`)}, want: "row 1: what is NULL"},
		{name: "rows of another type", action: "GetQueryResults", answers: []string{result(`"none"`)}, want: "could not be read"},
		{name: "a result without end", action: "GetQueryResults", answers: []string{strings.TrimSuffix(result("["+names+"]"), "}") + `,"NextToken":"7"}`, strings.TrimSuffix(result("[]"), "}") + `,"NextToken":"7"}`}, want: "repeated page token"},
		{name: "pages without rows, without end", action: "GetQueryResults", answers: endless, want: "after row 0, 101 pages without rows follow each other"},
		{name: "no result", action: "GetQueryResults", answers: []string{"200 {}"}, want: "not an answer to the call"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFakeAthena(t)
			f.instead = map[string][]string{c.action: c.answers}
			if c.states != "" {
				f.states = []string{"RUNNING 0", c.states}
			}
			code, stdout, stderr := usageOf(t, t.Context(), f, theTable, "--save-summary", "s.json.zst")
			if code != exitFailed || stdout != "" || !strings.Contains(stderr, c.want) || c.hint != "" && !strings.Contains(stderr[strings.LastIndex(stderr, "hint:")+1:], c.hint) {
				t.Errorf("exit code %d, want %q and the hint %q\n%s%s", code, c.want, c.hint, stdout, stderr)
			}
			if _, err := os.Stat("s.json.zst"); err == nil {
				t.Error("a summary was saved")
			}
			if stopped := slices.Contains(f.calls, "StopQueryExecution"); stopped != c.stopped {
				t.Errorf("stopped: %v, in %v", stopped, f.calls)
			}
		})
	}
}

// Ctrl-C stops a query that runs. If Athena refuses that, the command that stops it is
// printed.
func TestAthenaIsStopped(t *testing.T) {
	workplace(t)
	for name, c := range map[string]struct {
		at      string // the call during which it is interrupted
		refused bool
		want    string
		stops   int
	}{
		"while it is started":     {at: "StartQueryExecution", want: "interrupted: the query q-1 was stopped; it had scanned 0.0 MB", stops: 1},
		"while it runs":           {at: "GetQueryExecution", want: "interrupted: the query q-1 was stopped; it had scanned 3.0 GB (USD 0.01)", stops: 1},
		"while it runs, for good": {at: "GetQueryExecution", want: "hint: stop it: aws athena stop-query-execution --query-execution-id q-1", refused: true, stops: 1},
		"while rows are read":     {at: "GetQueryResults", want: "interrupted before anything was read"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFakeAthena(t)
			f.page = 50
			f.states = []string{"RUNNING 3000000000"}
			if c.at == "GetQueryResults" {
				f.states = []string{"SUCCEEDED 3000000000"}
			}
			ctx, interrupt := context.WithCancel(t.Context())
			looks := 0
			f.on = map[string]func(){c.at: func() {
				if looks++; looks == 2 || c.at == "StartQueryExecution" {
					interrupt()
				}
			}}
			if c.refused {
				f.instead = map[string][]string{"StopQueryExecution": {`400 {"__type":"AccessDeniedException","Message":"no"}`}}
			}
			code, stdout, stderr := usageOf(t, ctx, f, theTable)
			if code != exitIncomplete || stdout != "" || !strings.Contains(stderr, c.want) {
				t.Errorf("exit code %d\n%s%s", code, stdout, stderr)
			}
			if stops := len(f.asked["StopQueryExecution"]); stops != c.stops {
				t.Errorf("%d calls to stop the query: %v", stops, f.calls)
			}
		})
	}
}

// A query that scans more than it may is stopped, and no rule is judged.
func TestAthenaScansTooMuch(t *testing.T) {
	workplace(t)
	f := newFakeAthena(t)
	f.states = []string{"RUNNING 1000000000", "RUNNING 2000000000", "RUNNING 2100000000", "SUCCEEDED 9000000000"}
	code, stdout, stderr := usageOf(t, t.Context(), f, theTable, "--max-scan", "2GB")
	if code != exitFailed || stdout != "" || !strings.Contains(stderr, "the query q-1 was stopped: it had scanned 2.1 GB (USD 0.01), and --max-scan is 2.0 GB. No rule was judged") || !strings.Contains(stderr, "raise --max-scan") {
		t.Errorf("exit code %d\n%s%s", code, stdout, stderr)
	}
	if f.calls[len(f.calls)-1] != "StopQueryExecution" || len(f.asked["GetQueryResults"]) > 0 {
		t.Errorf("%v", f.calls)
	}
}

// A query that had finished when its scan was seen is read, and the limit that it passed
// is named.
func TestAthenaFinishedBeforeItsLimit(t *testing.T) {
	workplace(t)
	const said = "the query scanned more than --max-scan 2.0 GB: it had finished before it could be stopped"
	for scanned, want := range map[string]bool{"2000000000": false, "2000000001": true} {
		f := newFakeAthena(t)
		f.states = []string{"RUNNING 1000000000", "SUCCEEDED " + scanned}
		code, _, stderr := usageOf(t, t.Context(), f, theTable, "--max-scan", "2GB")
		if code == exitFailed || strings.Contains(stderr, said) != want {
			t.Errorf("%s bytes: exit code %d, said: %v\n%s", scanned, code, !want, stderr)
		}
	}
}

// What is started is one SELECT over the partitions that the flags and the inventory
// ask for, in the workgroup that is named, and --sql prints it without starting it.
func TestAthenaStatement(t *testing.T) {
	workplace(t)
	f := newFakeAthena(t)
	_, _, stderr := usageOf(t, t.Context(), f, theTable, "--since", "2026-10-02", "--until", "2026-10-05", "--workgroup", "audit", "--output-location", "s3://ours/athena")
	if len(f.asked["StartQueryExecution"]) != 1 {
		t.Fatalf("%v\n%s", f.calls, stderr)
	}
	started := f.asked["StartQueryExecution"][0]
	statement := fmt.Sprint(started["QueryString"])
	for _, want := range []string{
		`FROM "logs"."flow_logs"`, `"accid" IN ('111122223333', '444455556666')`, `"aws_region" IN ('us-east-1')`, `"day" BETWEEN '2026/10/01' AND '2026/10/06'`,
		"n_end < 1790899200 OR d.n_start >= 1791158400", "concat(f.t_interface_id, ' ', f.t_srcaddr) IN ('eni-00 10.0.0.10', 'eni-01 10.0.0.20', ",
	} {
		if !strings.Contains(statement, want) {
			t.Errorf("the statement does not have %s:\n%s", want, statement)
		}
	}
	if started["WorkGroup"] != "audit" || fmt.Sprint(started["ResultConfiguration"]) != "map[OutputLocation:s3://ours/athena/]" || fmt.Sprint(started["QueryExecutionContext"]) != "map[Catalog:AwsDataCatalog Database:logs]" {
		t.Errorf("%v", started)
	}
	f = newFakeAthena(t)
	code, stdout, stderr := usageOf(t, t.Context(), f, theTable, "--since", "2026-10-02", "--until", "2026-10-05", "--sql")
	if now := strings.Index(statement, "OR d.n_end > "); code != exitDone || !strings.HasPrefix(stdout, statement[:now]) || slices.Contains(f.calls, "StartQueryExecution") {
		t.Errorf("exit code %d, %v\n%s%s", code, f.calls, stdout, stderr)
	}
}
