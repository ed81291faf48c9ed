package cli

// The exit codes.
const (
	exitDone       = 0
	exitFindings   = 1 // findings at or above --fail-on
	exitFailed     = 2 // could not start or finish
	exitIncomplete = 3 // some region or needed part could not be read
)

// ExitCode is one way in which a run ends.
type ExitCode struct {
	Code    int
	Meaning string // of an audit, in Markdown
}

// exitCodes are all of them. The README and the page of the documentation show this table.
var exitCodes = []ExitCode{
	{exitDone, "audited in full, nothing at or above `--fail-on` (without it, findings alone never fail)"},
	{exitFindings, "findings at or above `--fail-on`; with `--new-only`, only those that are new or more severe than in the baseline"},
	{exitFailed, "could not start or finish: usage, configuration, credentials, unwritable output"},
	{exitIncomplete, "incomplete: a region, a part of it, or a part of the flow logs of `--usage` could not be read"},
}

// exitOrder is which one counts where several hold.
var exitOrder = []int{exitFailed, exitFindings, exitIncomplete, exitDone}

// ExitCodes returns the exit codes by number, and the order in which they count
// where several hold.
func ExitCodes() (codes []ExitCode, order []int) { return exitCodes, exitOrder }
