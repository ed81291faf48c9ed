package house_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/configservice"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/wafv2"
)

// TestItOnlyReads looks through the sources of everything that is linked into
// the program for calls of the SDK that change something.
func TestItOnlyReads(t *testing.T) {
	changing := map[string]string{}
	reading := map[string]bool{}
	for name, client := range map[string]any{
		"configservice": &configservice.Client{}, "ec2": &ec2.Client{}, "elasticloadbalancing": &elasticloadbalancing.Client{},
		"elasticloadbalancingv2": &elasticloadbalancingv2.Client{}, "lambda": &lambda.Client{}, "organizations": &organizations.Client{}, "servicequotas": &servicequotas.Client{}, "sts": &sts.Client{}, "wafv2": &wafv2.Client{},
	} {
		kind := reflect.TypeOf(client)
		for i := range kind.NumMethod() {
			method := kind.Method(i).Name
			if strings.HasPrefix(method, "Describe") || strings.HasPrefix(method, "List") || strings.HasPrefix(method, "Get") || strings.HasPrefix(method, "Select") || method == "Options" {
				reading[method] = true
				continue
			}
			if method == "AssumeRole" || method == "AssumeRoleWithWebIdentity" { // they give credentials for a time
				continue
			}
			changing[method] = name
		}
	}
	if len(changing) < 500 || changing["RevokeSecurityGroupIngress"] == "" {
		t.Fatalf("only %d calls that change something are known", len(changing))
	}
	list := exec.Command("go", "list", "-deps", "-f", "{{if .Module}}{{if .Module.Main}}{{range .GoFiles}}{{$.Dir}}/{{.}}\n{{end}}{{end}}{{end}}", ".")
	list.Dir = root
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	calls := 0
	methods := map[string]string{} // of HTTP, that each file of awsclient names
	for _, file := range strings.Fields(string(out)) {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		services := map[string]bool{}
		for _, spec := range parsed.Imports {
			if i := strings.Index(spec.Path.Value, "aws-sdk-go-v2/service/"); i >= 0 {
				known := false
				for _, name := range changing {
					known = known || strings.HasSuffix(strings.Trim(spec.Path.Value, `"`), "/"+name) || strings.HasSuffix(strings.Trim(spec.Path.Value, `"`), "/types")
				}
				services[spec.Path.Value] = true
				if !known {
					t.Errorf("%s imports %s, whose calls this test does not know", filepath.Base(file), spec.Path.Value)
				}
			}
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			selector, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if name := selector.Sel.Name; filepath.Base(filepath.Dir(file)) == "awsclient" && strings.HasPrefix(name, "Method") && name != "Method" {
				methods[filepath.Base(file)] += name + " "
			}
			if reading[selector.Sel.Name] && len(services) > 0 {
				calls++
			}
			if service := changing[selector.Sel.Name]; service != "" && len(services) > 0 {
				t.Errorf("%s: %s of %s changes something", filepath.Base(file), selector.Sel.Name, service)
			}
			return true
		})
	}
	// In calls to Amazon S3 the method alone says whether they read.
	if got := strings.Fields(methods["object_call.go"]); len(got) != 1 || got[0] != "MethodGet" {
		t.Errorf("calls to Amazon S3 are made with %v, and only GET reads", got)
	}
	for file, names := range methods {
		for _, name := range strings.Fields(names) {
			if name != "MethodGet" && name != "MethodPost" && name != "MethodHead" {
				t.Errorf("%s: %s changes something", file, name)
			}
		}
	}
	if calls < 20 {
		t.Errorf("only %d calls that read were found: the test looks in the wrong place", calls)
	}
}
