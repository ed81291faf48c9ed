package checks

import (
	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
)

// Ports of data stores are open to the application's group only.
var _ = audit.Declare(audit.Check{
	Title:    "Database port is open to the internet",
	Severity: findings.High,
	References: []string{
		"FSBP EC2.18", "FSBP EC2.19", "PCI DSS 4.0.1 1.3.1", "NIST 800-53 r5 AC-4", "NIST 800-53 r5 CM-7", "NIST 800-53 r5 SC-7",
	},
	Exposed: true,
	Class:   audit.Database,
	Run:     audit.OpenToInternet,
})
