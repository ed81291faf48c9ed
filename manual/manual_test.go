package main

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/awsclient"
	"github.com/sgaudit/sgaudit/cli"
	"github.com/sgaudit/sgaudit/cli/config"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/output"
)

var update = flag.Bool("update", false, "write the pages of docs that the program writes")

// TestPagesInDocs compares the pages of docs that the program writes with what it writes.
func TestPagesInDocs(t *testing.T) {
	pages, err := steadyPages()
	if err != nil {
		t.Fatal(err)
	}
	for name, page := range pages {
		file := filepath.Join("../docs", name)
		if text, err := os.ReadFile(file); err == nil && string(text) == page {
			continue
		}
		if !*update {
			t.Errorf("docs/%s is not what the program writes: go test ./manual -update writes it", name)
		} else if err := os.WriteFile(file, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestEveryFormat holds that the page has a row and an example of each format, with
// its media type and a description, and the formats of the other verbs.
func TestEveryFormat(t *testing.T) {
	page, err := formats()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range output.Formats() {
		_, example, found := strings.Cut(page, "\n### "+f.Name+"\n")
		example, _, _ = strings.Cut(example, "\n### ")
		if !found || len(example) < 60 {
			t.Errorf("%s has no example: %q", f.Name, example)
		}
		if !strings.Contains(page, "| [`"+f.Name+"`](#"+f.Name+") | `"+f.Media+"` | ") || !strings.Contains(f.Media, "/") || len(f.Description) < 10 {
			t.Errorf("%s has no row with a media type and what it holds", f.Name)
		}
	}
	for _, row := range []string{"| `graph` | `svg`, `dot`, ", "| `fix` | `sh`, `terraform`, ", "| `diff` | `text`, `json`, `markdown` |"} {
		if !strings.Contains(page, row) {
			t.Errorf("the page has no row %s", row)
		}
	}
}

// TestExampleIsCut holds that the page shows the beginning of long output, and of
// binary output only what it begins with.
func TestExampleIsCut(t *testing.T) {
	text := example([]byte(strings.Repeat("é", 200) + "\r\n" + strings.Repeat("line\n", 20)))
	if lines := strings.Split(text, "\n"); len(lines) != exampleLines+4 || lines[1] != strings.Repeat("é", exampleWidth)+"…" || lines[exampleLines+1] != "…" {
		t.Errorf("cut to %q", text)
	}
	if text := example([]byte("PK\x03\x04\x00\xff")); !strings.Contains(text, "begins with `PK`; the demo account makes 6 bytes") {
		t.Errorf("a binary file is shown as %q", text)
	}
}

// TestExitCodes holds that every exit code of package cli is on the page, and that
// each verb that audits or reads an account names the codes that it can end with.
func TestExitCodes(t *testing.T) {
	page := exitCodes()
	declared := 0
	err := literals("../cli", func(string, *ast.BasicLit) {}, func(name string, value int) {
		if strings.HasPrefix(name, "exit") {
			declared++
			if !strings.Contains(page, fmt.Sprintf("\n| %d | ", value)) {
				t.Errorf("the page has no row for %s, %d", name, value)
			}
		}
	})
	codes, order := cli.ExitCodes()
	if err != nil || declared != 4 || len(order) != len(codes) {
		t.Errorf("%d exit codes, %d in order, %d in the code: %v", len(codes), len(order), declared, err)
	}
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range codes {
		if row := fmt.Sprintf("| %d | %s |\n", c.Code, c.Meaning); !strings.Contains(string(readme), row) {
			t.Errorf("the README does not have %s", row)
		}
		if !slices.Contains(order, c.Code) {
			t.Errorf("%d has no place in the order", c.Code)
		}
	}
	files, err := cli.Manual()
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range cli.Verbs() {
		_, section, _ := strings.Cut(files["reference.md"], "\n## "+v.Name+"\n")
		section, _, _ = strings.Cut(section, "\n## ")
		if v.Name == "policy" || v.Name == "plan-shards" || v.Name == "explain" {
			continue // what they print does not depend on what is read of a region of AWS
		}
		for flag, code := range map[string]string{"--fail-on ": "1 ", "--exit-code`": "1 ", "--expect ": "1 ", "--depth ": "3 "} {
			if strings.Contains(section, "| `"+flag) && !strings.Contains(", "+v.ExitCodes, ", "+code) {
				t.Errorf("%s has %s and does not name exit code %s in its help: %q", v.Name, flag, code, v.ExitCodes)
			}
		}
	}
}

// TestConfigurationKeys holds that the page says of every key what it means, and that
// the program takes each: it is never unknown.
func TestConfigurationKeys(t *testing.T) {
	page, err := configuration()
	if err != nil {
		t.Fatal(err)
	}
	if n := len(config.Keys()); n != strings.Count(page, "\n| `") || n < 25 {
		t.Errorf("%d keys, and the page has %d", n, strings.Count(page, "\n| `"))
	}
	for _, k := range config.Keys() {
		if len(k.Meaning) < 10 || !strings.Contains(page, "| `"+k.Name+"` | "+k.Meaning+" |") {
			t.Errorf("%s has no meaning on the page: %q", k.Name, k.Meaning)
		}
		text := k.Name + ": {}"
		if above, name, below := strings.Cut(strings.Replace(k.Name, "[]", "", 1), "."); below {
			text = above + ": [{" + name + ": {}}]"
			if !strings.Contains(k.Name, "[]") {
				text = above + ": {" + name + ": {}}"
			}
		}
		if _, err := config.Parse("x.yaml", []byte(text)); err != nil && strings.Contains(err.Error(), "unknown key") {
			t.Errorf("%s: %v", text, err)
		}
		if k.Name == "services[].kind" {
			for word := range audit.Classes() {
				if !strings.Contains(k.Meaning, "`"+word+"`") {
					t.Errorf("%s does not name %s", k.Name, word)
				}
			}
		}
	}
}

// TestPermissions holds that every action that a run may need is on the page, under the
// smallest depth that needs it, with the checks that need it.
func TestPermissions(t *testing.T) {
	page := permissions()
	_, network, _ := strings.Cut(page, "## Depth network")
	_, services, _ := strings.Cut(network, "## Depth services")
	groups, network := strings.TrimSuffix(page, network), strings.TrimSuffix(network, services)
	for _, action := range slices.Concat(awsclient.Actions(inventory.DepthServices), awsclient.OrganizationActions) {
		if !strings.Contains(page, "`"+action+"`") {
			t.Errorf("%s is not on the page", action)
		}
	}
	for depth, section := range map[inventory.Depth]string{inventory.DepthGroups: groups, inventory.DepthNetwork: groups + network} {
		for _, action := range awsclient.Actions(depth) {
			if !strings.Contains(section, "`"+action+"`") {
				t.Errorf("%s is not among those of depth %s", action, depth)
			}
		}
	}
	for _, c := range audit.Checks() {
		for _, part := range c.Needs.Each() {
			_, row, _ := strings.Cut(page, " | "+part.String()+" | ")
			row, _, _ = strings.Cut(row, "\n")
			if !strings.Contains(row, "`"+c.ID+"`") && row != "every check |" {
				t.Errorf("%s needs %s, and the row has %q", c.ID, part, row)
			}
		}
	}
}

// TestEnvironment compares the page with the code: every variable that the program, the
// action and the template read has a row, and every row is read by one of them, by the
// SDK or by Go.
func TestEnvironment(t *testing.T) {
	read := map[string]bool{"AWS_ENDPOINT_URL_EC2": true, "AWS_ENDPOINT_URL_STS": true}
	form := regexp.MustCompile(`^(AWS|SGAUDIT|SLURM_ARRAY|CI_NODE|JOB)_[A-Z0-9_]+[A-Z0-9]$`)
	for _, folder := range []string{"../cli", "../awsclient", "../shard", "../files", "../output", "../history"} {
		err := literals(folder, func(call string, n *ast.BasicLit) {
			text, err := strconv.Unquote(n.Value)
			if err == nil && (form.MatchString(text) || call == "os.Getenv" || call == "os.LookupEnv") {
				read[strings.TrimSuffix(text, "_")] = true
			}
		}, func(string, int) {})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(read) < 20 {
		t.Fatalf("only %d variables were found in the code", len(read))
	}
	elsewhere := map[string]bool{"GOGC": true, "GOMEMLIMIT": true, "HTTPS_PROXY": true, "HTTP_PROXY": true, "NO_PROXY": true} // Go: packages runtime and net/http
	for _, name := range variablesIn(t, `SGAUDIT_[A-Z_]+[A-Z]`, "../deploy/pipelines/*", "../action.yml") {
		read[name] = true
	}
	sdk, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/aws/aws-sdk-go-v2/config").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range variablesIn(t, `"AWS_[A-Z0-9_]+"`, filepath.Join(strings.TrimSpace(string(sdk)), "*.go")) {
		elsewhere[strings.Trim(name, `"`)] = true
	}
	page := environmentPage()
	rows := map[string]bool{}
	for _, part := range environment {
		for _, v := range part.variables {
			if rows[v.name] || len(v.effect) < 8 || !strings.Contains(page, "| `"+v.name+"` | "+v.effect+" |\n") {
				t.Errorf("%s comes twice, or has no effect on the page", v.name)
			}
			if rows[v.name] = true; !read[v.name] && !elsewhere[v.name] {
				t.Errorf("nothing reads %s", v.name)
			}
		}
	}
	for name := range read {
		if !rows[name] {
			t.Errorf("%s is read, and has no row", name)
		}
	}
}

// variablesIn returns what matches a pattern in files.
func variablesIn(t *testing.T, pattern string, globs ...string) (names []string) {
	t.Helper()
	for _, glob := range globs {
		files, err := filepath.Glob(glob)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d files, %v", glob, len(files), err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			names = append(names, regexp.MustCompile(pattern).FindAllString(string(text), -1)...)
		}
	}
	return names
}

// literals calls text for every string in the code of a folder, with the function that
// it is an argument of, and number for every constant that is a number.
func literals(folder string, text func(call string, n *ast.BasicLit), number func(name string, value int)) error {
	return filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				if f, ok := n.Fun.(*ast.SelectorExpr); ok {
					for _, argument := range n.Args {
						if s, ok := argument.(*ast.BasicLit); ok && s.Kind == token.STRING {
							text(fmt.Sprintf("%s.%s", f.X, f.Sel.Name), s)
						}
					}
				}
			case *ast.BasicLit:
				if n.Kind == token.STRING {
					text("", n)
				}
			case *ast.ValueSpec:
				for i, name := range n.Names {
					if i < len(n.Values) {
						if v, ok := n.Values[i].(*ast.BasicLit); ok && v.Kind == token.INT {
							value, _ := strconv.Atoi(v.Value)
							number(name.Name, value)
						}
					}
				}
			}
			return true
		})
		return nil
	})
}
