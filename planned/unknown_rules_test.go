package planned

import (
	"fmt"
	"testing"
)

// TestUnknownRules: a rule that was there stays where one that is known after apply only
// may be the same. It goes where that one is another for certain.
func TestUnknownRules(t *testing.T) {
	const kaa = "{{changeSet:KNOWN_AFTER_APPLY}}"
	const ssh = `{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "0.0.0.0/0"}`
	const laterSource = `{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "` + kaa + `"}`
	modified := func(kind, before, after string) func() (*Plan, error) {
		return func() (*Plan, error) {
			return ChangeSet([]byte(changes(fmt.Sprintf(`{"Action": "Modify", "LogicalResourceId": "X", "PhysicalResourceId": "sg-1", "ResourceType": %q, "BeforeContext": %q, "AfterContext": %q}`, kind, `{"Properties": `+before+`}`, `{"Properties": `+after+`}`))))
		}
	}
	group := func(after string) func() (*Plan, error) {
		const rest = `"VpcId": "vpc-1", "SecurityGroupEgress": [], `
		return modified("AWS::EC2::SecurityGroup", `{`+rest+`"SecurityGroupIngress": [`+ssh+`]}`, `{`+rest+`"SecurityGroupIngress": `+after+`}`)
	}
	rule := func(after string) func() (*Plan, error) {
		const id = `{"GroupId": "sg-1", `
		return modified("AWS::EC2::SecurityGroupIngress", id+ssh[1:], id+after[1:])
	}
	terraform := func(actions, after, unknown string) func() (*Plan, error) {
		return func() (*Plan, error) {
			return Terraform([]byte(plan(resources("aws_vpc_security_group_ingress_rule.r", `"cidr_ipv4": {"references": ["local.office"]}`), change("aws_vpc_security_group_ingress_rule.r", actions, sshRule, after, unknown))))
		}
	}
	const there = "in tcp/22 0.0.0.0/0"
	for name, c := range map[string]struct {
		plan    func() (*Plan, error)
		want    string
		unknown bool
	}{
		"all":                  {group(`"` + kaa + `"`), there, true},
		"a rule":               {group(`["` + kaa + `"]`), there, true},
		"a source":             {group(`[` + laterSource + `]`), there, true},
		"another traffic":      {group(`[{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "` + kaa + `"}]`), "", true},
		"the ports":            {group(`[{"IpProtocol": "tcp", "FromPort": "` + kaa + `", "ToPort": 443, "CidrIp": "0.0.0.0/0"}]`), there, true},
		"beside a known one":   {group(`[{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "10.0.0.0/8"}, ` + laterSource + `]`), there + "; in tcp/443 10.0.0.0/8", true},
		"known":                {group(`[{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "10.0.0.0/8"}]`), "in tcp/443 10.0.0.0/8", false},
		"of its own":           {rule(laterSource), there, true},
		"of its own, known":    {rule(`{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "10.0.0.0/8"}`), "in tcp/22 10.0.0.0/8", false},
		"of Terraform":         {terraform(update, `{"ip_protocol": "tcp", "from_port": 22, "to_port": 22, "security_group_id": "sg-1", "id": "sgr-1"}`, `{"cidr_ipv4": true}`), there, true},
		"replaced":             {terraform(replace, `{"ip_protocol": "tcp", "from_port": 22, "to_port": 22, "security_group_id": "sg-1"}`, `{"cidr_ipv4": true, "id": true}`), there, true},
		"replaced, other port": {terraform(replace, `{"ip_protocol": "tcp", "from_port": 443, "to_port": 443, "security_group_id": "sg-1"}`, `{"cidr_ipv4": true, "id": true}`), "", true},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := c.plan()
			r, outcome := applyTo(t, estate, p, err)
			if got := rulesOf(t, r, "sg-1"); got != c.want || outcome.Incomplete() != c.unknown || len(outcome.Conflicts) > 0 {
				t.Errorf("%s, want %s; %+v", got, c.want, outcome)
			}
		})
	}
}
