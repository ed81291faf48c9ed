package house_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// quoted is what the page of the architecture says in code type.
var quoted = regexp.MustCompile("`([^`\n]+)`")

// TestArchitecturePage holds docs/architecture.md to the tree: it names every
// package, and each file, folder and test that it names exists.
func TestArchitecturePage(t *testing.T) {
	t.Chdir(root)
	text, err := os.ReadFile("docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	tests := testNames(t)
	named := map[string]bool{}
	paths, found := 0, 0
	for _, match := range quoted.FindAllStringSubmatch(string(text), -1) {
		name := match[1]
		named[name] = true
		first, _, _ := strings.Cut(name, "/")
		switch _, err := os.Stat(first); {
		case strings.HasPrefix(name, "Test"):
			found++
			if !tests[name] {
				t.Errorf("the page names the test %s, which does not exist", name)
			}
		case strings.Contains(name, "/") && err == nil && !strings.ContainsAny(name, " *") && !strings.Contains(name, "ID."):
			paths++
			if _, err := os.Stat(name); err != nil {
				t.Errorf("the page names %s, which does not exist", name)
			}
		}
	}
	if found < 20 || paths < 20 {
		t.Errorf("only %d tests and %d paths are on the page", found, paths)
	}
	for folder := range mayImport {
		if folder != "." && !named[folder] {
			t.Errorf("the page does not name the package %s", folder)
		}
	}
}

// testNames returns the names of all tests of the module.
func testNames(t *testing.T) map[string]bool {
	names := map[string]bool{}
	err := filepath.WalkDir(".", func(name string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(name, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil {
				names[f.Name.Name] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}
