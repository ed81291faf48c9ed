// Package facts holds tests to the facts about AWS that the code relies on.
// Each package keeps a table of them in facts_test.go: what AWS does, in our
// own words, the page that says so, and the test that fails if the code
// believes otherwise. Only tests import this package.
package facts

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// Fact is one thing that AWS does. It is an alias, so that a table can leave
// out the names of the fields.
type Fact = struct {
	Says   string // a sentence
	Source string // the page that says so: its address, or the guide and its title
	Test   string // "TestName", or "TestName/case" where a table of the test names the case
}

// Check holds a table to its form, and to tests of the package in the current
// folder: each fact names a test that exists. A case is a text of the test
// files, or, without its .md, a page that is tested.
func Check(t testing.TB, table []Fact) {
	t.Helper()
	functions, texts := testsHere(t)
	said := map[string]bool{}
	for _, f := range table {
		name, detail, _ := strings.Cut(f.Test, "/")
		switch {
		case f.Says == "" || f.Source == "" || said[f.Says]:
			t.Errorf("a fact without a sentence or a source, or told twice: %+v", f)
		case !functions[name]:
			t.Errorf("%q: no test is called %s", f.Says, name)
		case detail != "" && !texts[detail] && !isPage(detail):
			t.Errorf("%q: %s has no case %q", f.Says, name, detail)
		}
		said[f.Says] = true
	}
	if len(table) == 0 {
		t.Error("the table has no fact")
	}
}

// testsHere returns the functions and the texts of the test files of the
// current folder, but for the table of facts itself.
func testsHere(t testing.TB) (functions, texts map[string]bool) {
	t.Helper()
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	functions, texts = map[string]bool{}, map[string]bool{}
	for _, name := range files {
		if name == "facts_test.go" {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				functions[n.Name.Name] = true
			case *ast.BasicLit:
				if text, err := strconv.Unquote(n.Value); err == nil && n.Kind == token.STRING {
					texts[text] = true
				}
			}
			return true
		})
	}
	return functions, texts
}

func isPage(id string) bool {
	_, err := os.Stat(strings.ReplaceAll(id, "-", "_") + ".md")
	return err == nil
}
