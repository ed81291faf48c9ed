package checks

import (
	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
)

// Only the configured public ports are open to the internet.
var _ = audit.Declare(audit.Check{
	Title:      "Unexpected port is open to the internet",
	Severity:   findings.Medium,
	References: []string{"FSBP EC2.18", "PCI DSS 4.0.1 1.3.1", "NIST 800-53 r5 AC-4", "NIST 800-53 r5 SC-7"},
	Exposed:    true,
	Class:      audit.Unexpected,
	Run:        audit.OpenToInternet,
})
