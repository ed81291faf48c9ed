package explain_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestEveryStageHasASentence compares the stages of package network, which are the
// types with the method Narrow, with the cases of stepOf.
func TestEveryStageHasASentence(t *testing.T) {
	stages := map[string]bool{}
	files, err := filepath.Glob("../network/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv != nil && f.Name.Name == "Narrow" {
				if receiver, ok := f.Recv.List[0].Type.(*ast.Ident); ok {
					stages[receiver.Name] = false
				}
			}
		}
	}
	if len(stages) < 10 {
		t.Fatalf("only %d stages were found: %v", len(stages), slices.Sorted(maps.Keys(stages)))
	}
	file, err := parser.ParseFile(token.NewFileSet(), "step.go", nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if c, ok := n.(*ast.CaseClause); ok {
			for _, e := range c.List {
				if s, ok := e.(*ast.SelectorExpr); ok {
					stages[s.Sel.Name] = true
				}
			}
		}
		return true
	})
	var missing []string
	for name, described := range stages {
		if !described {
			missing = append(missing, name)
		}
	}
	if slices.Sort(missing); len(missing) > 0 {
		t.Errorf("stepOf has no case for %s", strings.Join(missing, ", "))
	}
}
