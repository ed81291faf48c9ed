package planned

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
)

// publicEstate has a private interface of an instance, a public one, and a region that
// blocks public access.
const publicEstate = `account 123456789012
region eu-west-1
public-access-block block-ingress
vpc-1 10.0.0.0/16
subnet-1 10.0.1.0/24 vpc vpc-1
sg-1 web vpc vpc-1
  in tcp/22 0.0.0.0/0
eni-1 sg-1 10.0.1.10 subnet subnet-1 vpc vpc-1 instance i-1
eni-2 sg-1 10.0.1.11 public 203.0.113.7 subnet subnet-1 vpc vpc-1 instance i-2
eni-3 sg-1 10.0.1.12 subnet subnet-1 vpc vpc-1 instance i-3
eni-4 sg-1 10.0.1.13 subnet subnet-1 vpc vpc-1 instance i-3
`

// TestElasticAddresses: an interface gains a public address, loses it or keeps it. Where
// the interface is not known, that is said.
func TestElasticAddresses(t *testing.T) {
	const there = `"id": "eipalloc-1", "public_ip": "203.0.113.7", "instance": "i-2", "network_interface": "eni-2"`
	associated := func(refs string) string {
		return resources("aws_eip_association.a", `"network_interface_id": {"references": [`+refs+`]}`, "aws_eip.a", `"instance": {"references": ["aws_instance.new.id", "aws_instance.new"]}`)
	}
	set := func(list ...string) func() (*Plan, error) {
		return func() (*Plan, error) { return ChangeSet([]byte(changes(list...))) }
	}
	of := func(configuration string, list ...string) func() (*Plan, error) {
		return func() (*Plan, error) { return Terraform([]byte(plan(configuration, list...))) }
	}
	dissociated := func(from string) string {
		return `{"Action": "Remove", "LogicalResourceId": "E", "PhysicalResourceId": "eipassoc-1", "ResourceType": "AWS::EC2::EIPAssociation", "BeforeContext": "{\"Properties\":{\"AllocationId\":\"eipalloc-1\",` + from + `}}"}`
	}
	const none = `{"instance": true, "network_interface": true}`
	for name, c := range map[string]struct {
		plan         func() (*Plan, error)
		public, lost string // interfaces
		unknown      bool
	}{
		"instance":           {of("", change("aws_eip.a", create, "", `{"instance": "i-1"}`, `{"id": true}`)), "eni-1", "", false},
		"interface":          {of("", change("aws_eip.a", create, "", `{"network_interface": "eni-3"}`, `{"id": true}`)), "eni-3", "", false},
		"association":        {of("", change("aws_eip_association.a", create, "", `{"instance_id": "i-1", "allocation_id": "eipalloc-1"}`, "")), "eni-1", "", false},
		"new interface":      {of(associated(`"aws_network_interface.n.id", "aws_network_interface.n"`), change("aws_network_interface.n", create, "", `{"subnet_id": "subnet-1", "security_groups": ["sg-1"]}`, `{"id": true}`), change("aws_eip_association.a", create, "", `{}`, `{"network_interface_id": true}`)), "aws_network_interface.n", "", false},
		"new instance":       {of(associated(""), change("aws_instance.new", create, "", `{"subnet_id": "subnet-1", "vpc_security_group_ids": ["sg-1"], "associate_public_ip_address": false}`, `{"id": true}`), change("aws_eip.a", create, "", `{}`, `{"instance": true}`)), "aws_instance.new", "", false},
		"alone":              {of(resources("aws_eip.a", ""), change("aws_eip.a", create, "", `{}`, none)), "", "", false},
		"several interfaces": {of("", change("aws_eip.a", create, "", `{"instance": "i-3"}`, "")), "", "", true},
		"by address":         {of("", change("aws_eip.a", create, "", `{"instance": "i-3", "associate_with_private_ip": "10.0.1.13"}`, "")), "eni-4", "", false},
		"not read":           {of("", change("aws_eip.a", create, "", `{"instance": "i-9"}`, "")), "", "", true},
		"after apply":        {of(associated(`"local.peer"`), change("aws_eip_association.a", create, "", `{}`, `{"network_interface_id": true}`)), "", "", true},
		"moved":              {of(resources("aws_eip.a", `"instance": {"constant_value": "i-1"}`), change("aws_eip.a", update, `{`+there+`}`, `{"id": "eipalloc-1", "public_ip": "203.0.113.7", "instance": "i-1"}`, `{"network_interface": true}`)), "eni-1", "eni-2", false},
		"other tags":         {of("", change("aws_eip.a", update, `{`+there+`, "tags_all": {}}`, `{`+there+`, "tags_all": {"a": "b"}}`, "")), "", "", false},
		"deleted":            {of("", change("aws_eip.a", remove, `{`+there+`}`, "", "")), "", "eni-2", false},
		"of a change set":    {set(added("E", "AWS::EC2::EIP", `{"InstanceId": "i-1"}`)), "eni-1", "", false},
		"association of it":  {set(added("E", "AWS::EC2::EIPAssociation", `{"NetworkInterfaceId": "eni-1", "AllocationId": "eipalloc-1"}`)), "eni-1", "", false},
		"pending of it":      {set(added("E", "AWS::EC2::EIPAssociation", `{"InstanceId": "{{changeSet:KNOWN_AFTER_APPLY}}"}`)), "", "", true},
		"removed of it":      {set(`{"Action": "Remove", "LogicalResourceId": "E", "PhysicalResourceId": "203.0.113.7", "ResourceType": "AWS::EC2::EIP", "BeforeContext": "{\"Properties\":{\"InstanceId\":\"i-2\"}}"}`), "", "eni-2", false},
		"association goes":   {set(dissociated(`\"InstanceId\":\"i-2\"`)), "", "eni-2", false},
		"by its interface":   {set(dissociated(`\"NetworkInterfaceId\":\"eni-2\",\"PrivateIpAddress\":\"10.0.1.11\"`)), "", "eni-2", false},
		"it has no address":  {set(dissociated(`\"InstanceId\":\"i-1\"`)), "", "", false},
		"goes from which":    {set(dissociated(`\"InstanceId\":\"i-3\"`)), "", "", true},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := c.plan()
			r, outcome := applyTo(t, publicEstate, p, err)
			var public []string
			for i := range r.Interfaces {
				if r.Interfaces[i].Planned == inventory.PlannedPublic {
					public = append(public, r.Interfaces[i].ID)
				}
			}
			lost := ""
			if e := inventory.NewIndex(r).Interface("eni-2"); len(e.PublicIPv4()) == 0 {
				lost = e.ID
			}
			if got := strings.Join(public, " "); got != c.public || lost != c.lost || outcome.Incomplete() != c.unknown || len(outcome.NotLookedAt) > 0 {
				t.Errorf("%s become public and %q private, want %s and %q; %+v", got, lost, c.public, c.lost, outcome)
			}
		})
	}
}

// TestPublicAccess: what VPC block public access blocks afterwards, and what is excluded
// from it. Where it was not read, that is said.
func TestPublicAccess(t *testing.T) {
	const options, exclusion = "aws_vpc_block_public_access_options.o", "aws_vpc_block_public_access_exclusion.x"
	mode := func(m string) string { return `{"id": "eu-west-1", "internet_gateway_block_mode": "` + m + `"}` }
	of := func(list ...string) func() (*Plan, error) {
		return func() (*Plan, error) { return Terraform([]byte(plan("", list...))) }
	}
	set := func(list ...string) func() (*Plan, error) {
		return func() (*Plan, error) { return ChangeSet([]byte(changes(list...))) }
	}
	blocked := "block-ingress "
	for name, c := range map[string]struct {
		plan    func() (*Plan, error)
		want    string // the mode, and what is excluded
		unknown bool
	}{
		"off":               {of(change(options, create, "", mode("off"), "")), "off ", false},
		"changed":           {of(change(options, update, mode("block-ingress"), mode("block-bidirectional"), "")), "block-bidirectional ", false},
		"deleted":           {of(change(options, remove, mode("block-ingress"), "", "")), "off ", false},
		"after apply":       {of(change(options, create, "", `{}`, `{"internet_gateway_block_mode": true}`)), blocked, true},
		"exclusion":         {of(change(exclusion, create, "", `{"internet_gateway_exclusion_mode": "allow-bidirectional", "vpc_id": "vpc-1"}`, `{"id": true}`)), blocked + "vpc-1 allow-bidirectional", false},
		"of a subnet":       {of(change(exclusion, create, "", `{"internet_gateway_exclusion_mode": "allow-egress", "subnet_id": "subnet-1"}`, `{"id": true}`)), blocked + "subnet-1 allow-egress", false},
		"of what":           {set(added("X", "AWS::EC2::VPCBlockPublicAccessExclusion", `{"InternetGatewayExclusionMode": "allow-bidirectional", "VpcId": "{{changeSet:KNOWN_AFTER_APPLY}}"}`)), blocked, true},
		"of a change set":   {set(added("O", "AWS::EC2::VPCBlockPublicAccessOptions", `{"InternetGatewayBlockMode": "block-bidirectional"}`)), "block-bidirectional ", false},
		"removed of it":     {set(`{"Action": "Remove", "LogicalResourceId": "O", "PhysicalResourceId": "123456789012", "ResourceType": "AWS::EC2::VPCBlockPublicAccessOptions", "BeforeContext": "{\"Properties\":{\"InternetGatewayBlockMode\":\"block-ingress\"}}"}`), "off ", false},
		"exclusion removed": {of(change(exclusion, remove, `{"id": "vpcbpa-exclude-1", "internet_gateway_exclusion_mode": "allow-bidirectional", "vpc_id": "vpc-1"}`, "", "")), blocked, false},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := c.plan()
			r, outcome := applyTo(t, publicEstate, p, err)
			var excluded []string
			for _, x := range r.PublicAccess.Exclusions {
				excluded = append(excluded, x.Resource+" "+x.Mode)
			}
			if got := r.PublicAccess.Mode + " " + strings.Join(excluded, " "); got != c.want || outcome.Incomplete() != c.unknown || len(outcome.NotLookedAt) > 0 {
				t.Errorf("%s, want %s; %+v", got, c.want, outcome)
			}
		})
	}
	p, err := Terraform([]byte(plan("", change(options, create, "", mode("off"), ""))))
	if err != nil {
		t.Fatal(err)
	}
	inv := parsed(publicEstate)
	inv.Regions[0].Read &^= inventory.PartPublicAccess
	if _, outcome, err := p.Apply(inv); err != nil || !outcome.Incomplete() {
		t.Errorf("not read: %v, %v", fmt.Sprint(outcome), err)
	}
}

func parsed(estate string) *inventory.Inventory { return notation.MustParse(estate).Inventory }
