package checks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// What goes out to S3 and DynamoDB takes a gateway endpoint.
var _ = audit.Declare(audit.Check{
	Title:      "VPC with NAT lacks a free gateway endpoint",
	Severity:   findings.Info,
	References: []string{"NIST 800-53 r5 SC-7"},
	Needs:      inventory.PartNATGateways | inventory.PartEndpoints | inventory.PartVPCs,
	Run: func(r *audit.Region) {
		for i := range r.VPCs {
			v := &r.VPCs[i]
			k := slices.IndexFunc(r.NATGateways, func(n inventory.NATGateway) bool { return n.VPC == v.ID && (n.State == "" || n.State == "available") })
			if k < 0 {
				continue
			}
			var missing []string
			for _, service := range []string{"s3", "dynamodb"} {
				if !slices.ContainsFunc(r.Endpoints, func(e inventory.Endpoint) bool { return e.VPC == v.ID && strings.HasSuffix(e.Service, "."+service) }) {
					missing = append(missing, service)
				}
			}
			if len(missing) == 0 {
				continue
			}
			o := r.ObserveResource("vpc", v.ID, v.ID)
			o.Message = fmt.Sprintf("%s goes out by %s and has no gateway endpoint for %s", v.ID, r.NATGateways[k].ID, strings.Join(missing, " and "))
			o.Fix = "Make one: it costs nothing, keeps that traffic off the internet, and lets groups name its prefix list instead of 0.0.0.0/0."
			r.Report(o)
		}
	},
})
