// Package audit decides what should not be so. It runs checks over an
// inventory and turns what they observe into findings; it never reads AWS and
// never changes the inventory.
//
// A check says in Needs on which parts of the inventory its verdict rests.
// Where a region lacks one of them, the engine records "not evaluated" with
// the reason instead of running the check on half the truth. The report is
// sorted and depends on the inventory and the settings alone.
package audit

import (
	"cmp"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// Check is one policy. It stands alone in a file of the package
// audit/checks with its id as the name, beside the page of the same name.
type Check struct {
	ID         string // from the file's name; Declare fills it
	Title      string // a statement that is true of the offending rule or group
	Severity   findings.Severity
	References []string
	InfoPasses []string        // references that findings to which it gives severity info do not fail; the page says why
	Needs      inventory.Parts // beyond the groups that were read
	OnRequest  bool            // off until --check or the configuration asks for it
	FlowLogs   bool            // it needs flow logs: where they were read it is on, though OnRequest
	Exposed    bool            // the severity follows the internet exposure
	Class      Class           // what it reports of the ports open to the internet, if it is about them
	Run        func(*Pass)
}

var declared = map[string]*Check{}

// Declare registers a check under the name of the Go file that calls it:
// unused_group.go declares unused-group. Two declarations in one file panic.
func Declare(c Check) *Check {
	_, file, _, _ := runtime.Caller(1)
	c.ID = strings.ReplaceAll(strings.TrimSuffix(filepath.Base(file), ".go"), "_", "-")
	if declared[c.ID] != nil {
		panic("two checks declared in " + file)
	}
	declared[c.ID] = &c
	return &c
}

// Checks returns every declared check, sorted by id.
func Checks() []*Check {
	all := make([]*Check, 0, len(declared))
	for _, c := range declared {
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b *Check) int { return cmp.Compare(a.ID, b.ID) })
	return all
}

// FollowsExposure reports whether the severity of what a check reports follows the internet
// exposure.
func FollowsExposure(id string) bool {
	check := declared[id]
	return check != nil && check.Exposed
}
