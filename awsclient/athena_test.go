package awsclient

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Nothing but one SELECT is started: a statement that creates, drops or copies
// something is refused before AWS is called.
func TestOneSelectIsStarted(t *testing.T) {
	calls := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if strings.Contains(string(body), "GetCallerIdentity") {
			_, _ = io.WriteString(w, "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:user/one</Arn><UserId>A</UserId><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>")
			return
		}
		calls++
		w.WriteHeader(http.StatusBadRequest)
	}))
	defer server.Close()
	c, err := Connect(t.Context(), Options{EndpointURL: server.URL, StaticCredentials: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{
		"", "DROP TABLE flow_logs", "CREATE TABLE x AS SELECT 1", "INSERT INTO x SELECT 1", "UNLOAD (SELECT 1) TO 's3://x/'", "MSCK REPAIR TABLE x",
		"SELECT 1; DROP TABLE flow_logs", " SELECT 1", "WITH x AS (SELECT 1) SELECT 1", "SELECTED",
	} {
		if _, err := c.Query(t.Context(), &Query{Statement: statement, Progress: func(QueryState) {}}); err == nil || calls > 0 {
			t.Errorf("%q was taken: %v, %d calls", statement, err, calls)
		}
	}
}

// A table is of text by its input format or by the header that is skipped.
func TestTextTables(t *testing.T) {
	for _, c := range []struct {
		name, value string
		text        bool
	}{
		{"skip.header.line.count", "1", true},
		{"inputformat", "org.apache.hadoop.mapred.TextInputFormat", true},
		{"inputformat", "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat", false},
		{"EXTERNAL", "TRUE", false},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			if strings.Contains(string(body), "GetCallerIdentity") {
				_, _ = io.WriteString(w, "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:user/one</Arn><UserId>A</UserId><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>")
				return
			}
			w.Header().Set("Content-Type", "application/x-amz-json-1.1")
			_, _ = io.WriteString(w, `{"TableMetadata":{"Name":"t","TableType":"EXTERNAL_TABLE","Columns":[{"Name":"srcaddr","Type":"string"}],"Parameters":{"`+c.name+`":"`+c.value+`"}}}`)
		}))
		client, err := Connect(t.Context(), Options{EndpointURL: server.URL, StaticCredentials: true})
		if err != nil {
			t.Fatal(err)
		}
		if found, err := client.AthenaTable(t.Context(), "logs", "t", ""); err != nil || found.Text != c.text {
			t.Errorf("%s %s: %+v, %v", c.name, c.value, found, err)
		}
		server.Close()
	}
}

// The actions that a policy has to allow are those that are called: four that read
// about queries and tables, one that starts a query, one that stops it.
func TestAthenaCalls(t *testing.T) {
	called := map[string]bool{}
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if !strings.HasSuffix(file.Name(), ".go") || strings.HasSuffix(file.Name(), "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if f, ok := call.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "athena" {
				action, ok := call.Args[1].(*ast.BasicLit)
				if !ok {
					t.Fatalf("%s: the action of a call of Athena is not written out", file.Name())
				}
				name, _ := strconv.Unquote(action.Value)
				called["athena:"+name] = true
			}
			return true
		})
	}
	for action := range called {
		if !slices.Contains(AthenaActions, action) {
			t.Errorf("%s is called, and not in the policy", action)
		}
		_, name, _ := strings.Cut(action, ":")
		if !strings.HasPrefix(name, "Get") && name != "StartQueryExecution" && name != "StopQueryExecution" {
			t.Errorf("%s may do something other than read or run a query", action)
		}
		if athenaMembers[name] == "" {
			t.Errorf("the answer to %s is not held to a form", action)
		}
	}
	if len(called) != len(AthenaActions) || !slices.IsSorted(AthenaActions) {
		t.Errorf("%v are called, of %v", called, AthenaActions)
	}
}
