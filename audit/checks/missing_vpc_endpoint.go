package checks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// Traffic to S3 and DynamoDB goes through a gateway endpoint.
var _ = audit.Declare(audit.Check{
	Title:      "VPC with a NAT gateway has no gateway endpoint for S3 or DynamoDB",
	Severity:   findings.Info,
	References: []string{"NIST 800-53 r5 SC-7"},
	Needs:      inventory.PartNATGateways | inventory.PartEndpoints | inventory.PartVPCs,
	Run: func(r *audit.Pass) {
		for i := range r.VPCs {
			v := &r.VPCs[i]
			k := slices.IndexFunc(r.NATGateways, func(n inventory.NATGateway) bool { return n.VPC == v.ID && (n.State == "" || n.State == "available") })
			if k < 0 {
				continue
			}
			var missing []string
			for _, service := range []string{"s3", "dynamodb"} {
				if !slices.ContainsFunc(r.Endpoints, func(e inventory.Endpoint) bool { return e.VPC == v.ID && strings.HasSuffix(e.Service, "."+service) }) {
					missing = append(missing, gatewayServices[service])
				}
			}
			if len(missing) == 0 {
				continue
			}
			o := r.ObserveResource("vpc", v.ID, inventory.NameTag(v.Tags), v.ID)
			o.Message = fmt.Sprintf("VPC %s sends traffic through NAT gateway %s and has no gateway endpoint for %s", v.Named(), r.NATGateways[k].ID, strings.Join(missing, " or "))
			o.Fix = "Create the gateway endpoints. They are free, keep this traffic inside AWS, and have prefix lists that rules can allow instead of 0.0.0.0/0."
			r.Report(o)
		}
	},
})

// gatewayServices are the services with gateway endpoints, by the end of the
// endpoint's service name.
var gatewayServices = map[string]string{"s3": "S3", "dynamodb": "DynamoDB"}
