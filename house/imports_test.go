package house_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/sgaudit/sgaudit"

// mayImport is the order of the tree: imports run downwards only.
var mayImport = map[string][]string{
	"words":         {},
	"inventory":     {"words"},
	"change":        {"words", "inventory"},
	"findings":      {"words", "inventory", "cidr", "reach", "change"},
	"cidr":          {},
	"facts":         {},
	"files":         {},
	"columnar":      {},
	"flows":         {"words", "inventory", "columnar", "files"},
	"flows/athena":  {"words", "inventory", "flows"},
	"usage":         {"words", "inventory", "cidr", "flows"},
	"reach/path":    {"inventory", "cidr"},
	"reach/network": {"inventory", "cidr", "reach/path"},
	"reach/explain": {"words", "inventory", "cidr", "reach/path", "reach/network"},
	"reach":         {"inventory", "cidr", "reach/path", "reach/network", "reach/explain"},
	"audit":         {"words", "inventory", "cidr", "reach/path", "reach", "findings", "usage"},
	"audit/checks":  {"words", "inventory", "cidr", "reach", "findings", "audit", "usage"},
	"remedy":        {"words", "inventory", "change", "cidr", "reach", "findings"},
	"page":          {"words", "inventory", "findings", "picture"},
	"tables":        {"words", "inventory", "cidr", "reach", "change", "findings"},
	"sheet":         {"words", "tables"},
	"output":        {"words", "inventory", "findings", "picture", "page", "tables", "sheet", "columnar"},
	"picture":       {"words", "inventory", "cidr", "reach", "findings"},
	"anonymise":     {"words", "inventory", "cidr", "audit/checks"},
	"excerpt":       {"inventory", "reach", "audit"},
	"drift":         {"words", "inventory", "reach", "findings", "audit", "remedy"},
	"planned":       {"cidr", "inventory"},
	"simulate":      {"words", "inventory", "change", "reach", "findings", "audit", "remedy", "drift", "planned", "flows", "usage"},
	"history":       {"words", "inventory", "findings", "output", "files"},
	"cli/console":   {"words"},
	"cli/config":    {"words", "inventory", "cidr", "findings", "audit", "files", "cli/console"},
	"shard":         {"words", "inventory", "findings"},
	"cli":           {"words", "shard", "anonymise", "excerpt", "cli/console", "cli/config", "drift", "planned", "simulate", "history", "inventory", "flows", "flows/athena", "usage", "fixtures/traffic", "change", "cidr", "reach", "findings", "audit", "audit/checks", "remedy", "output", "picture", "tables", "awsclient", "fixtures/notation", "fixtures/endpoint", "fixtures/estates", "files"},
	".":             {"cli"},
	"manual":        {"words", "inventory", "audit", "awsclient", "output", "cli/config", "cli"},
	"bench":         {"inventory", "findings", "fixtures/notation", "fixtures/endpoint", "fixtures/estates", "cli"},
	"bench/compare": {"inventory", "fixtures/notation", "fixtures/endpoint", "fixtures/estates"},
	"house":         {},
	"deploy/lambda": {},

	"awsclient/ec2xml": {"words", "inventory"},
	"awsclient/saved":  {"words", "inventory", "files"},
	"awsclient":        {"words", "inventory", "awsclient/ec2xml", "awsclient/saved"},

	"fixtures/notation": {"inventory"},
	"fixtures/estates":  {"inventory", "fixtures/notation"},
	"fixtures/traffic":  {"inventory"},
	"fixtures/endpoint": {"inventory"},
	"fixtures/faults":   {"inventory", "fixtures/endpoint"},
	"fixtures/objects":  {},
	"fixtures/repeat":   {},
}

// onlyIn keeps a library behind one package, or a few, and those within their folders. The bench measures the
// SDK alone beside us.
var onlyIn = map[string]string{
	"github.com/aws/":           "awsclient",
	"github.com/urfave/cli":     "cli",
	"go.yaml.in/yaml":           "cli/config",
	"github.com/olekukonko/":    "output",
	"github.com/xuri/excelize":  "sheet",
	"github.com/parquet-go/":    "columnar",
	"go4.org/netipx":            "cidr",
	"github.com/go-json-exp":    "inventory findings",
	"github.com/rogpeppe/":      "tests",
	"github.com/google/go-cmp/": "tests",
	"go.uber.org/goleak":        "tests",
	"github.com/hashicorp/hcl":  "tests",

	"github.com/hashicorp/terraform-json": "planned",
}

// TestImports holds every file that is not a test to the tables above.
func TestImports(t *testing.T) {
	t.Chdir(root)
	seen := map[string]bool{}
	err := filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			hidden := strings.HasPrefix(entry.Name(), ".") && name != "."
			_, other := os.Stat(filepath.Join(name, "go.mod"))
			if hidden || entry.Name() == "testdata" || name != "." && other == nil {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		folder := path.Dir(filepath.ToSlash(name))
		seen[folder] = true
		allowed, known := mayImport[folder]
		if !known {
			t.Errorf("%s: the package %q is not in the table of imports", name, folder)
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			if imported == module || strings.HasPrefix(imported, module+"/") {
				target := strings.TrimPrefix(strings.TrimPrefix(imported, module), "/")
				if !slices.Contains(allowed, target) {
					t.Errorf("%s: %s → %s runs upwards or across: %s may import %v", name, folder, target, folder, allowed)
				}
			}
			for library, owners := range onlyIn {
				within := func(owner string) bool {
					return folder == owner || strings.HasPrefix(folder, owner+"/") || folder == "bench" && owner == "awsclient"
				}
				if strings.HasPrefix(imported, library) && !slices.ContainsFunc(strings.Fields(owners), within) {
					t.Errorf("%s: %s → %s: only %s may import it", name, folder, imported, owners)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for folder := range mayImport {
		if !seen[folder] {
			t.Errorf("the table of imports names %q, which holds no Go file", folder)
		}
	}
}
