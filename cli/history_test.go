package cli

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/history"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/output"
)

// A history that cannot be written loses nothing: the report is out, and the
// run fails.
func TestReportBeforeHistory(t *testing.T) {
	file := filepath.Join(t.TempDir(), "report.json")
	open := func() *os.File {
		f, err := os.Create(filepath.Join(t.TempDir(), "out"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.Close() })
		return f
	}
	p := newProgram(open(), open(), open())
	format, _ := output.Lookup("json")
	flags := &auditFlags{
		targets: []target{{format: format, file: file}}, audit: audit.Options{Settings: audit.Defaults()}, minSeverity: findings.Medium,
		history: &history.Folder{Path: filepath.Join(t.TempDir(), "gone")}, firstRun: true,
	}
	s := &inventory.Snapshot{TakenAt: time.Now(), Inventory: notation.MustParse("sg-1 web\n  in tcp/22 0.0.0.0/0\n  in tcp/23 0.0.0.0/0\n").Inventory}
	err := p.judge(context.Background(), flags, s, time.Now())
	if err == nil || !strings.Contains(err.Error(), "--history") {
		t.Errorf("the run ended with %v", err)
	}
	text, err := os.ReadFile(file)
	if err != nil || !strings.Contains(string(text), `"baseline": "new"`) {
		t.Errorf("%v: %s", err, text)
	}
}
