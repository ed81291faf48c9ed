package planned

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/inventory"
)

// TestPublicInstances: whether a new instance gets a public IPv4 address is taken from it,
// from its subnet in the plan, or from an Elastic IP address. If the internet may reach it
// and none of them says it, that is noted.
func TestPublicInstances(t *testing.T) {
	const estate = `account 123456789012
region eu-west-1
vpc-1 10.0.0.0/16
igw-1 vpc vpc-1
acl-1 vpc vpc-1 default
subnet-1 10.0.1.0/24 vpc vpc-1
subnet-2 10.0.2.0/24 vpc vpc-1
rtb-1 vpc vpc-1 main
  route 0.0.0.0/0 igw-1
rtb-2 vpc vpc-1 subnet subnet-2
sg-1 web vpc vpc-1
  in tcp/443 0.0.0.0/0
sg-2 inner vpc vpc-1
  in tcp/443 10.0.0.0/8
  in tcp/443 172.16.0.0/12
`
	instance := func(subnet, group, more string) string {
		return change("aws_instance.i", create, "", `{"subnet_id": "`+subnet+`", "vpc_security_group_ids": ["`+group+`"]`+more+`}`, `{"id": true, "associate_public_ip_address": true}`)
	}
	subnet := func(actions, public string) string {
		all := `{"id": "subnet-1", "vpc_id": "vpc-1", "cidr_block": "10.0.1.0/24", "map_public_ip_on_launch": ` + public + `}`
		return change("aws_subnet.s", actions, all, all, "")
	}
	made := func(public, unknown string) []string {
		return []string{
			change("aws_subnet.s", create, "", `{"vpc_id": "vpc-1", "cidr_block": "10.0.3.0/24"`+public+`}`, `{"id": true`+unknown+`}`),
			change("aws_instance.i", create, "", `{"vpc_security_group_ids": ["sg-1"]}`, `{"id": true, "subnet_id": true, "associate_public_ip_address": true}`),
		}
	}
	template := func(properties string) func() (*Plan, error) {
		return func() (*Plan, error) {
			return ChangeSet([]byte(changes(added("I", "AWS::EC2::Instance", `{"SecurityGroupIds": ["sg-1"], `+properties+`}`))))
		}
	}
	of := func(list ...string) func() (*Plan, error) {
		configuration := resources("aws_instance.i", `"subnet_id": {"references": ["aws_subnet.s.id", "aws_subnet.s"]}`, "aws_subnet.s", `"map_public_ip_on_launch": {"references": ["local.p"]}`,
			"aws_eip.e", `"instance": {"references": ["aws_instance.i.id", "aws_instance.i"]}`)
		return func() (*Plan, error) { return Terraform([]byte(plan(configuration, list...))) }
	}
	for name, c := range map[string]struct {
		plan   func() (*Plan, error)
		want   inventory.Planned
		unsure bool
	}{
		"not known":           {of(instance("subnet-1", "sg-1", "")), inventory.PlannedUnsure, true},
		"no internet gateway": {of(instance("subnet-2", "sg-1", "")), inventory.PlannedUnsure, false},
		"private sources":     {of(instance("subnet-1", "sg-2", "")), inventory.PlannedUnsure, false},
		"given":               {of(strings.Replace(instance("subnet-1", "sg-1", `, "associate_public_ip_address": false`), `, "associate_public_ip_address": true}`, "}", 1)), inventory.PlannedPrivate, false},
		"subnet stays":        {of(subnet(`["no-op"]`, "false"), instance("subnet-1", "sg-1", "")), inventory.PlannedPrivate, false},
		"public subnet stays": {of(subnet(`["no-op"]`, "true"), instance("subnet-1", "sg-1", "")), inventory.PlannedPublic, false},
		"new subnet":          {of(made("", "")...), inventory.PlannedPrivate, false},
		"new public subnet":   {of(made(`, "map_public_ip_on_launch": true`, "")...), inventory.PlannedPublic, false},
		"new unknown subnet":  {of(made("", `, "map_public_ip_on_launch": true`)...), inventory.PlannedUnsure, true},
		"an elastic address":  {of(instance("subnet-1", "sg-1", ""), change("aws_eip.e", create, "", `{}`, `{"id": true, "instance": true}`)), inventory.PlannedPublic, false},
		"of a change set":     {template(`"SubnetId": "subnet-1"`), inventory.PlannedUnsure, true},
		"given by it":         {template(`"NetworkInterfaces": [{"SubnetId": "subnet-1", "GroupSet": ["sg-1"], "AssociatePublicIpAddress": "false"}]`), inventory.PlannedPrivate, false},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := c.plan()
			r, outcome := applyTo(t, estate, p, err)
			got := fmt.Sprint(len(r.Interfaces), " ", r.Interfaces[0].Planned)
			unsure := strings.Contains(asText(t, outcome.Unknown), "does not say whether the instance gets a public IPv4 address")
			if got != fmt.Sprint("1 ", c.want) || unsure != c.unsure || outcome.Incomplete() != c.unsure {
				t.Errorf("%s, want %v; %+v", got, c.want, outcome)
			}
		})
	}
}
