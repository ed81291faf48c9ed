package reach

import (
	"github.com/sgaudit/sgaudit/reach/explain"
	"github.com/sgaudit/sgaudit/reach/path"
)

// Verdict says whether traffic gets through, and Compare which of two verdicts is
// more open.
type Verdict = path.Verdict

// The verdicts.
const (
	Reachable    = path.Reachable
	NotReachable = path.NotReachable
	Unattached   = path.Unattached
	Unknown      = path.Unknown
)

// Step is one decision on a packet's way, in words.
type Step = explain.Step
