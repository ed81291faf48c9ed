package audit

import (
	"net/netip"
	"time"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/usage"
)

// Settings are the choices of the people who run the audit. The zero value
// is not useful; start from Defaults.
type Settings struct {
	TrustedCIDRs []netip.Prefix               // sources that lie inside one of them are info
	PublicPorts  []inventory.Traffic          // tcp and udp ports that may be open to the internet
	Accounts     []string                     // ids of one's own accounts beyond those of the run
	Bastions     []string                     // words in the name of a bastion's group, lower case
	Now          time.Time                    // the day that dates are compared with
	Services     []Service                    // beyond those of the table of ports
	Severities   map[string]findings.Severity // base severities by check, in place of its own

	// Usage is what flow logs show about the rules, for the checks that need it; nil:
	// none were read.
	Usage *usage.Report

	BroadPublic4   int   // a public IPv4 block with fewer bits is broad
	BroadPublic6   int   // the same of IPv6
	WideRange      int32 // a range of as many ports is wide
	RulesPerGroup  int   // the quota of rules per group, of one direction and family, where it was not read
	QuotaAttention int   // percent of a quota from which on it is reported
}

// Defaults returns the settings of a run without a configuration: nothing is
// trusted; tcp 80, tcp 443 and udp 443 (HTTP/3) may be public; public blocks
// are broad from /15 and from /31 of IPv6 on; a thousand ports are many; and
// the quota is AWS's default of 60 rules (Amazon VPC quotas).
func Defaults() Settings {
	return Settings{
		PublicPorts: []inventory.Traffic{
			inventory.Ports(inventory.TCP, 80, 80),
			inventory.Ports(inventory.TCP, 443, 443),
			inventory.Ports(inventory.UDP, 443, 443),
		},
		Bastions:     []string{"bastion", "jump"},
		Now:          time.Now().UTC().Truncate(24 * time.Hour),
		BroadPublic4: 16, BroadPublic6: 32, WideRange: 1000, RulesPerGroup: inventory.DefaultRulesPerGroup, QuotaAttention: 90,
	}
}
