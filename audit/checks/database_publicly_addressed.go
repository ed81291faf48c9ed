package checks

import (
	"fmt"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// A database has no way to the internet, whatever its groups say.
var _ = audit.Declare(audit.Check{
	Title:      "Database has a public address, or lives in a public subnet",
	Severity:   findings.High,
	References: []string{"FSBP RDS.2", "PCI DSS 4.0.1 1.4.4", "NIST 800-53 r5 AC-4", "NIST 800-53 r5 SC-7"},
	Needs:      inventory.PartInterfaces | inventory.PartSubnets | inventory.PartRouteTables | inventory.PartInternetGateways,
	Run: func(r *audit.Region) {
		for i := range r.Interfaces {
			e := &r.Interfaces[i]
			if !inventory.DatabaseKind(r.Kind(i)) {
				continue
			}
			o := r.ObserveInterface(e)
			if public := e.PublicIPv4(); len(public) > 0 {
				o.Message = fmt.Sprintf("%s holds public address %s", e.Owner(), public[0])
				o.Fix = "Make the database not publicly accessible; its clients reach it by its private address."
			} else if gateway, table := r.Reach.RoutedToInternet(e.VPC, e.Subnet); gateway != "" {
				o.Severity = findings.Low
				o.Message = fmt.Sprintf("%s lives in %s, which %s routes to %s", e.Owner(), e.Subnet, table, gateway)
				o.Fix = "Move it to subnets without a route to an internet gateway: there one wrong switch does not publish it."
			} else {
				continue
			}
			r.Report(o)
		}
	},
})
