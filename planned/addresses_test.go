package planned

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach"
)

// dual is an account with an IPv6 range in one subnet, from which a route leads to the
// internet, and a group that allows SSH from everywhere over IPv6.
const dual = `account 123456789012
region eu-west-1
vpc-1 10.0.0.0/16 2600:1f18:4000:100::/56
subnet-1 10.0.1.0/24 2600:1f18:4000:100::/64 vpc vpc-1
subnet-2 10.0.2.0/24 vpc vpc-1
igw-1 vpc vpc-1
rtb-1 vpc vpc-1 main
  route 10.0.0.0/16 local
  route 2600:1f18:4000:100::/56 local
  route ::/0 igw-1
acl-1 vpc vpc-1 default subnet subnet-1 subnet subnet-2
  in 100 allow all 0.0.0.0/0
  in 101 allow all ::/0
  out 100 allow all 0.0.0.0/0
  out 101 allow all ::/0
sg-1 six vpc vpc-1
  in tcp/22 ::/0
eni-1 sg-1 10.0.1.10 subnet subnet-1 vpc vpc-1 instance i-1
eni-2 sg-1 10.0.2.10 subnet subnet-2 vpc vpc-1 requester amazon-elb description "ELB app/shop/1"
`

// TestIPv6OfNewInterfaces: a new interface has an IPv6 address if the plan gives it one or
// its subnet does. Where that is not known, the verdict is unknown, and never that the
// internet cannot reach it.
func TestIPv6OfNewInterfaces(t *testing.T) {
	instance := func(more, unknown string) string {
		return change("aws_instance.x", create, "", `{"subnet_id": "subnet-1", "vpc_security_group_ids": ["sg-1"], "associate_public_ip_address": false`+more+`}`, unknown)
	}
	in := func(subnet, unknown string) string {
		return change("aws_subnet.s", create, "", `{"vpc_id": "vpc-1", "cidr_block": "10.0.9.0/24", "ipv6_cidr_block": "2600:1f18:4000:109::/64"`+subnet+`}`, `{"id": true`+unknown+`}`) + "," +
			change("aws_instance.x", create, "", `{"vpc_security_group_ids": ["sg-1"], "associate_public_ip_address": false}`, `{"subnet_id": true, "ipv6_address_count": true, "ipv6_addresses": true}`)
	}
	balancer := func(more string) string {
		return change("aws_lb.x", create, "", `{"load_balancer_type": "network", "subnets": ["subnet-1"], "security_groups": ["sg-1"]`+more+`}`, "")
	}
	configuration := resources(
		"aws_instance.x", `"subnet_id": {"references": ["aws_subnet.s.id", "aws_subnet.s"]}, "ipv6_addresses": {"references": ["local.addresses"]}`,
		"aws_subnet.s", `"vpc_id": {}`)
	changeSet := func(kind, properties string) (*Plan, error) {
		return ChangeSet([]byte(changes(`{"Action": "Add", "LogicalResourceId": "X", "ResourceType": "` + kind + `", "AfterContext": ` + strconv.Quote(`{"Properties": {`+properties+`}}`) + `}`)))
	}
	const address = "2600:1f18:4000:100::4"
	const described = `"NetworkInterfaces": [{"DeviceIndex": "0", "AssociatePublicIpAddress": "false", "GroupSet": ["sg-1"], "SubnetId": "subnet-1", `
	for name, c := range map[string]struct {
		changes string
		set     func() (*Plan, error)
		address string
		verdict reach.Verdict
	}{
		"count":                    {instance(`, "ipv6_address_count": 1`, ""), nil, address, reach.Reachable},
		"no address":               {instance(`, "ipv6_address_count": 0`, ""), nil, "", reach.NotReachable},
		"addresses":                {instance(`, "ipv6_addresses": ["2600:1f18:4000:100::77"]`, ""), nil, "2600:1f18:4000:100::77", reach.Reachable},
		"addresses known later":    {instance("", `{"ipv6_addresses": true}`), nil, "", reach.Unknown},
		"subnet that exists":       {instance("", `{"ipv6_address_count": true}`), nil, "", reach.Unknown},
		"subnet without a range":   {strings.ReplaceAll(instance("", ""), "subnet-1", "subnet-2"), nil, "", reach.NotReachable},
		"subnet that assigns":      {strings.ReplaceAll(in(`, "assign_ipv6_address_on_creation": true`, ""), `, "ipv6_addresses": true`, ""), nil, "2600:1f18:4000:109::4", reach.Reachable},
		"subnet that does not":     {strings.ReplaceAll(in(`, "assign_ipv6_address_on_creation": false`, ""), `, "ipv6_addresses": true`, ""), nil, "", reach.NotReachable},
		"subnet with a late range": {strings.ReplaceAll(strings.ReplaceAll(in(`, "assign_ipv6_address_on_creation": true`, `, "ipv6_cidr_block": true`), `"ipv6_cidr_block": "2600:1f18:4000:109::/64", `, ""), `, "ipv6_addresses": true`, ""), nil, "", reach.Unknown},
		"load balancer":            {balancer(`, "internal": false, "ip_address_type": "dualstack"`), nil, address, reach.Reachable},
		"internal load balancer":   {balancer(`, "internal": true, "ip_address_type": "dualstack"`), nil, address, reach.NotReachable},
		"IPv4 load balancer":       {balancer(`, "internal": false, "ip_address_type": "ipv4"`), nil, "", reach.NotReachable},
		"other resource":           {change("aws_glue_connection.x", create, "", `{"security_group_ids": ["sg-1"]}`, ""), nil, "", reach.Unknown},
		"described interface":      {"", func() (*Plan, error) { return changeSet("AWS::EC2::Instance", described+`"Ipv6AddressCount": 1}]`) }, address, reach.Reachable},
		"described address": {"", func() (*Plan, error) {
			return changeSet("AWS::EC2::Instance", described+`"Ipv6Addresses": [{"Ipv6Address": "2600:1f18:4000:100::78"}]}]`)
		}, "2600:1f18:4000:100::78", reach.Reachable},
		"interface of a change set": {"", func() (*Plan, error) {
			return changeSet("AWS::EC2::NetworkInterface", `"GroupSet": ["sg-1"], "SubnetId": "subnet-1", "Ipv6AddressCount": 2`)
		}, address, reach.Reachable},
	} {
		t.Run(name, func(t *testing.T) {
			read := c.set
			if read == nil {
				read = func() (*Plan, error) { return Terraform([]byte(plan(configuration, c.changes))) }
			}
			p, err := read()
			r, outcome := applyTo(t, dual, p, err)
			i := slices.IndexFunc(r.Interfaces, func(e inventory.Interface) bool { return !strings.HasPrefix(e.ID, "eni-") })
			if i < 0 {
				t.Fatalf("no interface; %+v", outcome)
			}
			e := &r.Interfaces[i]
			got := ""
			for _, ip := range e.IPv6() {
				got += ip.String()
			}
			if verdict := reach.New(r).InterfaceVerdict(e); got != c.address || verdict != c.verdict && !(name == "other resource" && verdict == reach.Unknown) {
				t.Errorf("%q, %v; want %q, %v", got, verdict, c.address, c.verdict)
			}
		})
	}
}

// TestAddressesOfThePlan: an interface has the private addresses that the plan gives to it.
func TestAddressesOfThePlan(t *testing.T) {
	for name, c := range map[string]struct{ changes, id, want string }{
		"new":      {change("aws_network_interface.x", create, "", `{"subnet_id": "subnet-1", "security_groups": ["sg-1"], "private_ips": ["10.0.1.77", "10.0.1.78"]}`, ""), "aws_network_interface.x", "10.0.1.77 10.0.1.78"},
		"server":   {change("aws_instance.x", create, "", `{"subnet_id": "subnet-1", "vpc_security_group_ids": ["sg-1"], "private_ip": "10.0.1.77", "secondary_private_ips": ["10.0.1.78"], "ipv6_address_count": 0}`, ""), "aws_instance.x", "10.0.1.77 10.0.1.78"},
		"more":     {change("aws_network_interface.x", update, `{"id": "eni-1", "private_ips": ["10.0.1.10"]}`, `{"id": "eni-1", "private_ips": ["10.0.1.10", "10.0.1.77"]}`, ""), "eni-1", "10.0.1.10 10.0.1.77"},
		"others":   {change("aws_network_interface.x", update, `{"id": "eni-1", "private_ips": ["10.0.1.10"]}`, `{"id": "eni-1", "private_ips": ["10.0.1.77"]}`, ""), "eni-1", "10.0.1.77"},
		"IPv6":     {change("aws_instance.x", update, `{"id": "i-1", "ipv6_address_count": 0}`, `{"id": "i-1", "ipv6_address_count": 1}`, ""), "eni-1", "10.0.1.10 2600:1f18:4000:100::4"},
		"the same": {change("aws_instance.x", update, `{"id": "i-1", "ipv6_addresses": []}`, `{"id": "i-1"}`, `{"ipv6_addresses": true, "ipv6_address_count": true}`), "eni-1", "10.0.1.10"},
		"balancer": {change("aws_lb.x", update, `{"id": "arn", "arn_suffix": "app/shop/1", "ip_address_type": "ipv4"}`, `{"id": "arn", "ip_address_type": "dualstack", "load_balancer_type": "application"}`, ""), "eni-2", "10.0.2.10"},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := Terraform([]byte(plan(resources("aws_instance.x", "", "aws_network_interface.x", ""), c.changes)))
			r, outcome := applyTo(t, dual, p, err)
			e := inventory.NewIndex(r).Interface(c.id)
			var got []string
			for _, x := range e.Addresses {
				got = append(got, x.Private.String())
			}
			if strings.Join(got, " ") != c.want || outcome.Incomplete() {
				t.Errorf("%q, want %q; %+v", got, c.want, outcome)
			}
			if may := e.PlannedIPv6 != inventory.NotPlanned; may != (name == "balancer" || name == "new") {
				t.Errorf("whether it gets an IPv6 address is unknown: %v", may)
			}
		})
	}
	p, err := ChangeSet([]byte(changes(`{"Action": "Add", "LogicalResourceId": "X", "ResourceType": "AWS::EC2::NetworkInterface", "AfterContext": ` +
		strconv.Quote(`{"Properties": {"GroupSet": ["sg-1"], "SubnetId": "subnet-1", "PrivateIpAddresses": [{"Primary": true, "PrivateIpAddress": "10.0.1.77"}]}}`) + `}`)))
	r, _ := applyTo(t, dual, p, err)
	if e := inventory.NewIndex(r).Interface("X"); e == nil || len(e.Addresses) != 1 || e.Addresses[0].Private.String() != "10.0.1.77" {
		t.Errorf("of a change set: %+v", e)
	}
}

// TestFreeAddress: a new interface gets no address of a prefix that is delegated to another.
func TestFreeAddress(t *testing.T) {
	estate := strings.Replace(dual, "eni-1 sg-1 10.0.1.10", "eni-1 sg-1 10.0.1.10 10.0.1.0/28 2600:1f18:4000:100::/80", 1)
	changes := change("aws_instance.x", create, "", `{"subnet_id": "subnet-1", "vpc_security_group_ids": ["sg-1"], "ipv6_address_count": 1}`, "")
	p, err := Terraform([]byte(plan(resources("aws_instance.x", ""), changes)))
	r, _ := applyTo(t, estate, p, err)
	e := inventory.NewIndex(r).Interface("aws_instance.x")
	if got := fmt.Sprint(e.Addresses); got != "[{10.0.1.16 invalid IP} {2600:1f18:4000:100:1:: invalid IP}]" {
		t.Errorf("it gets %s", got)
	}
}

// TestNoGroupsLeft: AWS does not take all groups from what exists. A new resource with an
// empty list has the default group, as where nothing is given.
func TestNoGroupsLeft(t *testing.T) {
	r, outcome := apply(t, plan(resources("aws_instance.y", `"vpc_security_group_ids": {"constant_value": []}`),
		change("aws_network_interface.x", update, `{"id": "eni-1", "security_groups": ["sg-1"]}`, `{"id": "eni-1", "security_groups": []}`, ""),
		change("aws_instance.y", create, "", `{"subnet_id": "subnet-1"}`, `{"vpc_security_group_ids": true}`),
		change("aws_lb.x", update, `{"id": "arn", "arn_suffix": "app/shop/1", "security_groups": ["sg-2"]}`, `{"id": "arn", "load_balancer_type": "application", "security_groups": []}`, "")))
	for id, want := range map[string]string{"eni-1": "sg-1", "eni-3": "sg-2", "aws_instance.y": "sg-3"} {
		if e := inventory.NewIndex(r).Interface(id); e == nil || strings.Join(e.Groups, " ") != want {
			t.Errorf("%s: %+v, want %s", id, e, want)
		}
	}
	if len(outcome.Conflicts) != 2 || len(outcome.Unknown) > 0 || !strings.Contains(outcome.Conflicts[0].Text, "AWS refuses to take all security groups from eni-1") {
		t.Errorf("%+v", outcome)
	}
	_, outcome = apply(t, plan("", change("aws_instance.x", update, `{"id": "i-1", "vpc_security_group_ids": ["sg-1"]}`, `{"id": "i-1"}`, "")))
	if len(outcome.Unknown) != 1 || !strings.Contains(outcome.Unknown[0].Text, "does not say which ones AWS gives") {
		t.Errorf("left out: %+v", outcome.Unknown)
	}
}
