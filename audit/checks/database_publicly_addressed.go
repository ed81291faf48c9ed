package checks

import (
	"fmt"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// A database has no public address and no route to the internet.
var _ = audit.Declare(audit.Check{
	Title:      "Database has a public address or is in a public subnet",
	Severity:   findings.High,
	References: []string{"FSBP RDS.2", "PCI DSS 4.0.1 1.4.4", "NIST 800-53 r5 AC-4", "NIST 800-53 r5 SC-7"},
	Needs:      inventory.PartInterfaces | inventory.PartSubnets | inventory.PartRouteTables | inventory.PartInternetGateways,
	Run: func(r *audit.Pass) {
		for i := range r.Interfaces {
			e := &r.Interfaces[i]
			if !inventory.DatabaseKind(r.Kind(i)) {
				continue
			}
			o := r.ObserveInterface(e)
			if public := e.PublicIPv4(); len(public) > 0 {
				o.Message = fmt.Sprintf("%s has the public IPv4 address %s", e.Named(), public[0])
				o.Fix = "Turn off public access for the database. Its clients then connect to its private address."
				if r.Kind(i) == "database" && inventory.IsRegion(r.Name) {
					// RDS applies this change at once, whatever --apply-immediately says (RDS API reference, ModifyDBInstance, PubliclyAccessible).
					o.Notes = []string{fmt.Sprintf("first check that no client connects to %s, then run this, with the identifier of the database for the word in capitals (sgaudit does not read the identifiers of RDS; to find it, run aws rds describe-db-instances --region %s): aws rds modify-db-instance --region %s --db-instance-identifier DB-IDENTIFIER --no-publicly-accessible", public[0], r.Name, r.Name)}
				}
			} else if e.Planned == inventory.PlannedPublic {
				o.Message = fmt.Sprintf("%s gets a public IPv4 address from the plan", e.Named())
				o.Fix = "Turn off public access for the database in the plan. Its clients then connect to its private address."
			} else if gateway, table := r.Reach.RoutedToInternet(e.VPC, e.Subnet); gateway != "" {
				o.Severity = findings.Low
				o.Message = fmt.Sprintf("%s is in the public subnet %s: route table %s has a route to internet gateway %s", e.Named(), r.SubnetNamed(e.Subnet), table, gateway)
				o.Fix = "Move it to subnets without a route to an internet gateway, so that a misconfiguration cannot expose it."
			} else {
				continue
			}
			r.Report(o)
		}
	},
})
