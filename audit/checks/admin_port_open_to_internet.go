package checks

import (
	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
)

// Remote administration ports are open to trusted addresses only.
var _ = audit.Declare(audit.Check{
	Title:    "Remote administration port is open to the internet",
	Severity: findings.High,
	References: []string{
		"CIS 1.2 4.1", "CIS 1.2 4.2", "CIS 1.4 5.2", "CIS 3.0 5.2", "CIS 3.0 5.3", "CIS 5.0 5.3", "CIS 5.0 5.4",
		"CIS 6.0 6.3", "CIS 6.0 6.4", "CIS 5.0 5.1.2", "CIS 6.0 6.1.2", "FSBP EC2.18", "FSBP EC2.19",
		"Security Hub EC2.13", "Security Hub EC2.14", "Security Hub EC2.53", "Security Hub EC2.54",
		"PCI DSS 4.0.1 1.3.1", "NIST 800-53 r5 AC-4", "NIST 800-53 r5 CM-7", "NIST 800-53 r5 SC-7",
	},
	Exposed: true,
	Class:   audit.Admin,
	Run:     audit.OpenToInternet,
})
