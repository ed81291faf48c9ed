package reach_test

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach"
	"github.com/sgaudit/sgaudit/reach/explain"
)

// standard is a VPC with one public subnet, which everything gets through;
// each trap replaces some of its statements, by their first words.
const standard = `
vpc-1 10.0.0.0/16 2600:1f18:0:1::/56
subnet-1 10.0.0.0/24 2600:1f18:0:1::/64
igw-1 vpc vpc-1
rtb-1 main
  route 10.0.0.0/16 local
rtb-2 subnet subnet-1
  route 10.0.0.0/16 local
  route 0.0.0.0/0 igw-1
  route ::/0 igw-1
acl-1 subnet subnet-1
  in 100 allow all 0.0.0.0/0
  in 101 allow all ::/0
  in 32767 deny all 0.0.0.0/0
  out 100 allow all 0.0.0.0/0
  out 101 allow all ::/0
  out 32767 deny all 0.0.0.0/0
sg-1 web
  in tcp/22 0.0.0.0/0
eni-1 sg-1 10.0.0.10 public 198.51.100.7 subnet subnet-1 instance i-1
`

// with returns the standard estate, each statement beginning with a key
// replaced by the value; keys that are not there are errors.
func with(t *testing.T, edits ...string) *inventory.Region {
	t.Helper()
	text := standard
	for i := 0; i < len(edits); i += 2 {
		found := false
		lines := strings.Split(text, "\n")
		for k, line := range lines {
			if strings.HasPrefix(strings.TrimSpace(line), edits[i]) {
				lines[k], found = edits[i+1], true
				break
			}
		}
		if !found {
			t.Fatalf("the standard estate has no statement %q", edits[i])
		}
		text = strings.Join(lines, "\n")
	}
	return notation.MustParse(text).Inventory.Regions[0]
}

// shop is an interface of the load balancer shop, with its ARN.
const (
	shop    = `eni-1 sg-1 10.0.0.10 public 198.51.100.7 subnet subnet-1 requester amazon-elb managed attached-by amazon-elb description "ELB app/shop/50dc6c495c0c9188"` + "\n"
	shopARN = "arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/app/shop/50dc6c495c0c9188"
)

func TestTraps(t *testing.T) {
	for name, trap := range map[string]struct {
		edits    []string
		verdict  reach.Verdict
		evidence []string // each stands in some line
	}{
		"everything open": {nil, reach.Reachable, []string{
			"instance i-1 (eni-1) has the public IPv4 address 198.51.100.7",
			"VPC block public access is off",
			"igw-1 is attached to vpc-1",
			"rtb-2 routes 0.0.0.0/0 to igw-1",
			"acl-1 entry 100 allows all traffic from 0.0.0.0/0",
			"(sg-1) allows tcp/22 from 0.0.0.0/0",
			"acl-1 entry 100 allows all traffic to 0.0.0.0/0, and so the reply",
			"so tcp/22 gets through from the internet (IPv4) to 198.51.100.7",
		}},
		"no public address": {
			[]string{"eni-1", "eni-1 sg-1 10.0.0.10 subnet subnet-1 instance i-1"},
			reach.NotReachable,
			[]string{"instance i-1 (eni-1) has no public IPv4 address"},
		},
		"public address on a second private one": {
			[]string{"eni-1", "eni-1 sg-1 10.0.0.10 10.0.0.11 public 198.51.100.8 subnet subnet-1"},
			reach.Reachable,
			[]string{"eni-1 has the public IPv4 address 198.51.100.8"},
		},
		"main route table of the subnet's own VPC": {
			[]string{"rtb-1 main", "rtb-0 vpc vpc-0 main\nroute 0.0.0.0/0 igw-1\nrtb-1 main", "rtb-2", "rtb-2 subnet subnet-2"},
			reach.NotReachable,
			[]string{"rtb-1 (main route table of vpc-1) has no route to the internet (IPv4)"},
		},
		"private subnet behind a NAT gateway": {
			[]string{"route 0.0.0.0/0", "route 0.0.0.0/0 nat-1"},
			reach.NotReachable,
			[]string{"rtb-2 routes 0.0.0.0/0 to nat-1, not to an internet gateway (eni-1)"},
		},
		"egress-only gateway": {
			[]string{"in tcp/22", "in tcp/22 ::/0", "eni-1", "eni-1 sg-1 10.0.0.10 2600:1f18:0:1::10 subnet subnet-1", "route ::/0", "route ::/0 eigw-1"},
			reach.NotReachable,
			[]string{"rtb-2 routes ::/0 to eigw-1, not to an internet gateway"},
		},
		"delegated IPv6 prefix": {
			[]string{"in tcp/22", "in tcp/22 ::/0", "eni-1", "eni-1 sg-1 10.0.0.10 10.0.0.16/28 2600:1f18:0:1:2::/80 subnet subnet-1"},
			reach.Reachable,
			[]string{"eni-1 has the global IPv6 addresses of the delegated prefix 2600:1f18:0:1:2::/80", "so tcp/22 gets through from the internet (IPv6) to 2600:1f18:0:1:2::"},
		},
		"delegated IPv4 prefix": {
			[]string{"eni-1", "eni-1 sg-1 10.0.0.10 10.0.0.16/28 subnet subnet-1"},
			reach.NotReachable,
			[]string{"eni-1 has no public IPv4 address"},
		},
		"global IPv6 without a route": {
			[]string{"in tcp/22", "in tcp/22 ::/0", "eni-1", "eni-1 sg-1 10.0.0.10 2600:1f18:0:1::10 subnet subnet-1", "route ::/0", ""},
			reach.NotReachable,
			[]string{"rtb-2 has no route to the internet (IPv6)"},
		},
		"global IPv6 with a route": {
			[]string{"in tcp/22", "in tcp/22 ::/0", "eni-1", "eni-1 sg-1 10.0.0.10 2600:1f18:0:1::10 subnet subnet-1"},
			reach.Reachable,
			[]string{"eni-1 has the global IPv6 address 2600:1f18:0:1::10", "from the internet (IPv6)"},
		},
		"IPv6 block that is not public": {
			[]string{"in tcp/22", "in tcp/22 ::/0", "eni-1", "eni-1 sg-1 2600:1f18:0:1::10 subnet subnet-1", "subnet-1", "subnet-1 2600:1f18:0:1::/64 private"},
			reach.NotReachable,
			[]string{"eni-1 has an IPv6 address from a block that is not public"},
		},
		"interface that refuses gateways": {
			[]string{"in tcp/22", "in tcp/22 ::/0", "eni-1", "eni-1 sg-1 2600:1f18:0:1::10 subnet subnet-1 deny-igw"},
			reach.NotReachable,
			[]string{"eni-1 accepts no traffic from internet gateways (DenyAllIgwTraffic)"},
		},
		"the VPC's own IPv6 is not the internet": {
			[]string{"in tcp/22", "in tcp/22 2600:1f18:0:1::/64", "eni-1", "eni-1 sg-1 2600:1f18:0:1::10 subnet subnet-1"},
			reach.NotReachable,
			[]string{"2600:1f18:0:1::/64 is inside the addresses of vpc-1 itself"},
		},
		"denial before the allowance": {
			[]string{"in 100", "in 90 deny tcp/22 0.0.0.0/0\nin 100 allow all 0.0.0.0/0"},
			reach.NotReachable,
			[]string{"acl-1 entry 90 denies tcp/22 from 0.0.0.0/0 (eni-1)"},
		},
		"denial after the allowance": {
			[]string{"in 100", "in 110 deny tcp/22 0.0.0.0/0\nin 100 allow all 0.0.0.0/0"},
			reach.Reachable,
			[]string{"acl-1 entry 100 allows"},
		},
		"denial of another family": {
			[]string{"in 100", "in 90 deny all ::/0\nin 100 allow all 0.0.0.0/0"},
			reach.Reachable,
			nil,
		},
		"no client ports": {
			[]string{"out 100", "out 100 allow tcp/22 0.0.0.0/0\nout 102 allow tcp/443-1023 0.0.0.0/0"},
			reach.NotReachable,
			[]string{"no reply leaves to the client ports 1024-65535"},
		},
		"one client port is enough": {
			[]string{"out 100", "out 100 allow tcp/65535 0.0.0.0/0"},
			reach.Reachable,
			[]string{"acl-1 entry 100 allows tcp/65535 to 0.0.0.0/0, and so the reply"},
		},
		"replies elsewhere": {
			[]string{"out 100", "out 100 allow all 203.0.113.0/24", "in 100", "in 90 deny all 203.0.113.0/24\nin 100 allow all 0.0.0.0/0"},
			reach.NotReachable,
			[]string{"no reply leaves"},
		},
		"detached gateway": {
			[]string{"igw-1", "igw-1\nigw-2 vpc vpc-1"},
			reach.NotReachable,
			[]string{"rtb-2 routes 0.0.0.0/0 to igw-1, which is not attached to vpc-1"},
		},
		"no gateway": {
			[]string{"igw-1", "igw-1"},
			reach.NotReachable,
			[]string{"no internet gateway is attached to vpc-1"},
		},
		"blackhole": {
			[]string{"route 0.0.0.0/0", "route 0.0.0.0/0 igw-1 blackhole"},
			reach.NotReachable,
			[]string{"rtb-2 routes 0.0.0.0/0 to igw-1, in state blackhole"},
		},
		"blackhole in a wider route": {
			[]string{"route 0.0.0.0/0", "route 0.0.0.0/0 igw-1\nroute 203.0.113.0/24 eni-9 blackhole", "in tcp/22", "in tcp/22 203.0.113.0/25"},
			reach.NotReachable,
			[]string{"rtb-2 routes 203.0.113.0/24 to eni-9, in state blackhole"},
		},
		"narrower route": {
			[]string{"route 0.0.0.0/0", "route 0.0.0.0/0 nat-1\nroute 203.0.113.0/24 igw-1"},
			reach.Reachable,
			[]string{"rtb-2 routes 203.0.113.0/24 to igw-1", "from 203.0.113.0/24"},
		},
		"narrower route, other sources": {
			[]string{"route 0.0.0.0/0", "route 0.0.0.0/0 nat-1\nroute 203.0.113.0/24 igw-1", "in tcp/22", "in tcp/22 198.51.100.0/24"},
			reach.NotReachable,
			[]string{"rtb-2 routes 0.0.0.0/0 to nat-1"},
		},
		"prefix list as destination": {
			[]string{"route 0.0.0.0/0", "route pl-1 igw-1", "igw-1", "igw-1 vpc vpc-1\npl-1 offices 203.0.113.0/24"},
			reach.Reachable,
			[]string{"rtb-2 routes 203.0.113.0/24 (in pl-1) to igw-1", "from 203.0.113.0/24"},
		},
		"unresolved list as destination": {
			[]string{"route 0.0.0.0/0", "route pl-1 igw-1", "igw-1", "igw-1 vpc vpc-1\npl-1 offices unresolved"},
			reach.Unknown,
			[]string{"rtb-2 routes pl-1 to igw-1, and the entries of that list are unknown"},
		},
		"unresolved list that cannot matter": {
			[]string{"route 0.0.0.0/0", "route pl-1 nat-1", "igw-1", "igw-1 vpc vpc-1\npl-1 offices unresolved"},
			reach.NotReachable,
			[]string{"has no route to the internet"},
		},
		"prefix list as source": {
			[]string{"in tcp/22", "in tcp/22 pl-1", "igw-1", "igw-1 vpc vpc-1\npl-1 offices 203.0.113.0/24 10.0.0.0/8"},
			reach.Reachable,
			[]string{"(sg-1) allows tcp/22 from offices (pl-1)", "from 203.0.113.0/24"},
		},
		"prefix list of private addresses": {
			[]string{"in tcp/22", "in tcp/22 pl-1", "igw-1", "igw-1 vpc vpc-1\npl-1 offices 10.0.0.0/8"},
			reach.NotReachable,
			[]string{"the source offices (pl-1) contains no internet address"},
		},
		"unresolved list as source": {
			[]string{"in tcp/22", "in tcp/22 pl-1", "igw-1", "igw-1 vpc vpc-1\npl-1 offices unresolved"},
			reach.Unknown,
			[]string{"the entries of offices (pl-1), the source of the rule, are unknown"},
		},
		"missing list as source": {[]string{"in tcp/22", "in tcp/22 pl-1"}, reach.Unknown, nil},
		"unresolved list on a private interface": {
			[]string{"in tcp/22", "in tcp/22 pl-1", "eni-1", "eni-1 sg-1 10.0.0.10 subnet subnet-1"},
			reach.NotReachable,
			[]string{"eni-1 has no public IPv4 address", "eni-1 has no IPv6 address"},
		},
		"blocked public access": {
			[]string{"igw-1", "igw-1 vpc vpc-1\npublic-access-block block-ingress"},
			reach.NotReachable,
			[]string{"VPC block public access (block-ingress) blocks internet access to subnet-1"},
		},
		"exclusion of the subnet": {
			[]string{"igw-1", "igw-1 vpc vpc-1\npublic-access-block block-bidirectional\nvpcbpa-exclude-1 subnet-1 allow-bidirectional update-complete"},
			reach.Reachable,
			[]string{"VPC block public access (block-bidirectional) exempts subnet-1 by vpcbpa-exclude-1"},
		},
		"exclusion for egress": {
			[]string{"igw-1", "igw-1 vpc vpc-1\npublic-access-block block-bidirectional\nvpcbpa-exclude-1 vpc-1 allow-egress create-complete"},
			reach.NotReachable,
			nil,
		},
		"exclusion that is gone": {
			[]string{"igw-1", "igw-1 vpc vpc-1\npublic-access-block block-bidirectional\nvpcbpa-exclude-1 vpc-1 allow-bidirectional delete-complete"},
			reach.NotReachable,
			nil,
		},
		"public access about to be blocked": {
			[]string{"igw-1", "igw-1 vpc vpc-1\npublic-access-block block-ingress update-in-progress"},
			reach.Unknown,
			[]string{`VPC block public access is changing to "block-ingress" (update-in-progress), and the mode in force now is unknown`},
		},
		"public access about to be allowed": {
			[]string{"igw-1", "igw-1 vpc vpc-1\npublic-access-block off update-in-progress"},
			reach.Unknown,
			[]string{`VPC block public access is changing to "off"`},
		},
		"an exclusion that holds before and after a change": {
			[]string{"igw-1", "igw-1 vpc vpc-1\npublic-access-block off update-in-progress\nvpcbpa-exclude-1 vpc-1 allow-bidirectional create-complete"},
			reach.Reachable,
			[]string{"exempts vpc-1 by vpcbpa-exclude-1"},
		},
		"an exclusion for egress that is being made": {
			[]string{"igw-1", "igw-1 vpc vpc-1\npublic-access-block block-ingress\nvpcbpa-exclude-1 vpc-1 allow-egress create-in-progress"},
			reach.NotReachable,
			[]string{"VPC block public access (block-ingress) blocks internet access to subnet-1"},
		},
		"an exclusion that is being made": {
			[]string{"igw-1", "igw-1 vpc vpc-1\npublic-access-block block-ingress\nvpcbpa-exclude-1 vpc-1 allow-bidirectional create-in-progress"},
			reach.Unknown,
			[]string{"its exclusion vpcbpa-exclude-1 for vpc-1 is create-in-progress: whether it allows the internet now is unknown"},
		},
		"an exclusion of a mode that is not known": {
			[]string{"igw-1", "igw-1 vpc vpc-1\npublic-access-block block-ingress\nvpcbpa-exclude-1 vpc-1 allow-ingress create-complete"},
			reach.Unknown,
			[]string{`its exclusion vpcbpa-exclude-1 for vpc-1 has the mode "allow-ingress", which is unknown`},
		},
		"table of a gateway": {
			[]string{"rtb-2 subnet", "rtb-2 gateway igw-1"},
			reach.NotReachable,
			[]string{"rtb-1 (main route table of vpc-1) has no route"},
		},
		"inspected path": {
			[]string{"rtb-1", "rtb-3 gateway igw-1\nroute 10.0.0.0/24 vpce-1\nrtb-1 main", "route 0.0.0.0/0", "route 0.0.0.0/0 vpce-1"},
			reach.Unknown,
			[]string{"rtb-2 routes 0.0.0.0/0 to vpce-1, which inspects inbound traffic"},
		},
		"NAT gateway's own interface": {
			[]string{"eni-1", "eni-1 sg-1 10.0.0.10 public 198.51.100.7 subnet subnet-1 type nat_gateway"},
			reach.NotReachable,
			[]string{"NAT gateway (eni-1) accepts no connections, whatever its groups allow"},
		},
		"subnet of another account": {
			[]string{"subnet-1", "subnet-1 10.0.0.0/24 owner 999988887777"},
			reach.Unknown,
			[]string{"subnet-1 belongs to account 999988887777"},
		},
		"gateway of another account": {
			[]string{"subnet-1", "subnet-1 10.0.0.0/24 owner 999988887777", "vpc-1", "vpc-1 10.0.0.0/16 owner 999988887777", "igw-1 vpc vpc-1", ""},
			reach.Unknown,
			[]string{"and its internet gateways are not visible to this account", "and whether that is attached to vpc-1 is unknown"},
		},
		"no network ACL": {
			[]string{"acl-1", "acl-1 subnet subnet-2"},
			reach.Unknown,
			[]string{"the network ACL of subnet-1 is not among those that were read"},
		},
		"private source": {
			[]string{"in tcp/22", "in tcp/22 10.0.0.0/8"},
			reach.NotReachable,
			[]string{"the source 10.0.0.0/8 contains no internet address"},
		},
		"group as source": {
			[]string{"in tcp/22", "in tcp/22 sg-1"},
			reach.NotReachable,
			[]string{"the source web (sg-1) is a security group, and a reference matches private addresses only"},
		},
		"nothing carries the group": {
			[]string{"in tcp/22", "in tcp/22 10.0.0.0/8", "eni-1", ""},
			reach.Unattached,
			[]string{"(sg-1) is not attached to any network interface"},
		},
		"ping": {
			[]string{"in tcp/22", "in icmp/8/0 0.0.0.0/0", "in 100", "in 100 allow icmp/8/all 0.0.0.0/0", "out 100", "out 100 allow icmp/0/0 0.0.0.0/0"},
			reach.Reachable,
			[]string{"so icmp/8/0 gets through"},
		},
		"ping on a filter of TCP": {
			[]string{"in tcp/22", "in icmp/8/0 0.0.0.0/0", "in 100", "in 100 allow tcp/all 0.0.0.0/0"},
			reach.NotReachable,
			[]string{"acl-1 has no entry that allows icmp/8/0 in from the internet (IPv4)"},
		},
		"all traffic on a filter of GRE": {
			[]string{"in tcp/22", "in all 0.0.0.0/0", "in 100", "in 100 allow 47 0.0.0.0/0"},
			reach.NotReachable,
			[]string{"acl-1 has no entry that allows tcp/all in"},
		},
		"route tables were denied": {
			[]string{"igw-1", "igw-1 vpc vpc-1\nunread route-tables denied UnauthorizedOperation"},
			reach.Unknown,
			[]string{"route tables were not read"},
		},
		"route tables were denied, and there is no gateway": {
			[]string{"igw-1", "unread route-tables denied UnauthorizedOperation"},
			reach.NotReachable,
			[]string{"no internet gateway is attached to vpc-1"},
		},
		"interfaces were denied": {
			[]string{"igw-1", "igw-1 vpc vpc-1\nunread interfaces denied UnauthorizedOperation"},
			reach.Unknown,
			[]string{"network interfaces were not read"},
		},
		"load balancer in front": {
			[]string{
				"sg-1", "sg-2 lb\nin tcp/443 0.0.0.0/0\nsg-1 web\nin tcp/20-80 sg-2",
				"eni-1", "eni-1 sg-1 10.0.0.10 subnet subnet-1\n" +
					`eni-2 sg-2 10.0.0.20 public 198.51.100.9 subnet subnet-1 requester amazon-elb managed attached-by amazon-elb description "ELB app/shop/50dc6c495c0c9188"`,
			},
			reach.NotReachable,
			[]string{"a way in beside this rule: Application Load Balancer shop (eni-2) is internet-facing and has lb (sg-2), which is a source of web (sg-1)"},
		},
		"port of a load balancer without a listener": {
			[]string{"eni-1", shop + "load-balancer application shop internet-facing sg-1 arn " + shopARN + " listen tcp/443 listen tcp/80"},
			reach.NotReachable,
			[]string{"application load balancer shop has no listener for tcp/22: it listens on tcp/80, tcp/443 (eni-1)"},
		},
		"load balancer without any listener": {
			[]string{"eni-1", shop + "load-balancer application shop internet-facing sg-1 arn " + shopARN},
			reach.NotReachable,
			[]string{"application load balancer shop has no listener for tcp/22: it listens on nothing"},
		},
		"load balancer that a plan creates": {
			[]string{"eni-1", shop + "load-balancer application shop internet-facing sg-1 arn aws_lb.shop"},
			reach.Reachable,
			nil,
		},
		"port of a load balancer with a listener": {
			[]string{"eni-1", shop + "load-balancer application shop internet-facing sg-1 arn " + shopARN + " listen tcp/22"},
			reach.Reachable,
			[]string{"acl-1 entry 100 allows all traffic from", "(sg-1) allows tcp/22 from 0.0.0.0/0\napplication load balancer shop has a listener for tcp/22\nacl-1 entry 100 allows all traffic to", "so tcp/22 gets through"},
		},
		"all traffic of a load balancer": {
			[]string{"in tcp/22", "in all 0.0.0.0/0", "eni-1", shop + "load-balancer application shop internet-facing sg-1 arn " + shopARN + " listen tcp/80 listen tcp/443"},
			reach.Reachable,
			[]string{"so tcp/80, tcp/443 gets through from"},
		},
		"echo to a load balancer": {
			[]string{"in tcp/22", "in icmp/8/0 0.0.0.0/0", "eni-1", shop + "load-balancer application shop internet-facing sg-1 arn " + shopARN},
			reach.Reachable,
			[]string{"the listeners of application load balancer shop do not apply to icmp/8/0"},
		},
		"listeners were denied": {
			[]string{"eni-1", shop + "load-balancer application shop internet-facing sg-1 arn " + shopARN + "\nunread listeners denied"},
			reach.Reachable,
			nil,
		},
		"interface that only says it is a load balancer's": {
			[]string{"eni-1", `eni-1 sg-1 10.0.0.10 public 198.51.100.7 subnet subnet-1 description "ELB app/shop/50dc6c495c0c9188"` + "\nload-balancer application shop internet-facing sg-1 arn " + shopARN},
			reach.Reachable,
			nil,
		},
		"interface of a load balancer of the same name that is gone": {
			[]string{"eni-1", shop + "load-balancer application shop internet-facing sg-1 arn " + strings.Replace(shopARN, "50dc", "0000", 1)},
			reach.Reachable,
			nil,
		},
		"two load balancers of one group, one with a listener": {
			[]string{"eni-1", shop + strings.NewReplacer("eni-1", "eni-2", "198.51.100.7", "198.51.100.8", "10.0.0.10", "10.0.0.11", "shop", "desk").Replace(shop) +
				"load-balancer application desk internet-facing sg-1 listen tcp/22\nload-balancer application shop internet-facing sg-1 arn " + shopARN},
			reach.Reachable,
			[]string{"Application Load Balancer desk (eni-2) has", "1 of the 2 interfaces with "},
		},
		"Global Accelerator": {
			[]string{"eni-1", "eni-1 sg-1 10.0.0.10 subnet subnet-1\neni-2 - 10.0.0.30 vpc vpc-1 subnet subnet-1 type global_accelerator_managed"},
			reach.NotReachable,
			[]string{"a way in beside this rule: eni-2 in vpc-1 belongs to Global Accelerator"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := with(t, trap.edits...)
			g := &r.Groups[0] // the first by id is sg-1
			var rule *inventory.Rule
			for i := range g.Rules {
				if rule == nil || rule.Peer.Group != nil {
					rule = &g.Rules[i]
				}
			}
			got := reach.New(r).Rule(g, rule)
			text := strings.Join(got.Evidence, "\n")
			if got.Verdict != trap.verdict {
				t.Fatalf("%s is %s, want %s:\n%s", rule, got.Verdict, trap.verdict, text)
			}
			for _, want := range trap.evidence {
				if !strings.Contains(text, want) {
					t.Errorf("the evidence lacks %q:\n%s", want, text)
				}
			}
		})
	}
}

// TestSecondWayFitsTheRule holds that a load balancer is a second way in only to the
// ports that a rule allows from its group.
func TestSecondWayFitsTheRule(t *testing.T) {
	r := with(t, "sg-1", "sg-2 lb\nin tcp/443 0.0.0.0/0\nsg-1 web\nin tcp/8080 0.0.0.0/0\nin tcp/8080 sg-2", "eni-1", "eni-1 sg-1 10.0.0.10 subnet subnet-1\n"+
		`eni-2 sg-2 10.0.0.20 public 198.51.100.9 subnet subnet-1 requester amazon-elb managed attached-by amazon-elb description "ELB app/shop/50dc6c495c0c9188"`)
	g := &r.Groups[0]
	n := reach.New(r)
	for i := range g.Rules {
		rule := &g.Rules[i]
		if rule.Peer.Group != nil {
			continue
		}
		text := strings.Join(n.Rule(g, rule).Evidence, "\n")
		if got, want := strings.Contains(text, "a way in beside this rule: Application Load Balancer shop"), rule.Traffic.First == 8080; got != want {
			t.Errorf("the load balancer is a second way in for %s: %t, want %t\n%s", rule, got, want, text)
		}
	}
}

// TestSecondWays: Global Accelerator and public load balancers are named as
// second ways in where VPC block public access lets them in, and not where it
// blocks them (Amazon VPC user guide, VPC block public access basics).
func TestSecondWays(t *testing.T) {
	const both = "eni-1 sg-1 10.0.0.10 subnet subnet-1\n" +
		"eni-2 - 10.0.0.30 vpc vpc-1 subnet subnet-1 type global_accelerator_managed\n" +
		"eni-3 sg-1 10.0.0.20 public 198.51.100.9 subnet subnet-1 type network_load_balancer\n" +
		"eni-4 - 10.0.2.30 vpc vpc-1 subnet subnet-2 type global_accelerator_managed"
	for name, c := range map[string]struct {
		block string
		want  []string // the interfaces of the ways that are named
	}{
		"off":                   {"off", []string{"eni-3", "eni-2"}},
		"on":                    {"block-ingress", nil},
		"on, and both ways":     {"block-bidirectional", nil},
		"one subnet is exempt":  {"block-ingress\nvpcbpa-exclude-1 subnet-2 allow-bidirectional create-complete", []string{"eni-4"}},
		"all of VPC is exempt":  {"block-ingress\nvpcbpa-exclude-1 vpc-1 allow-bidirectional create-complete", []string{"eni-3", "eni-2"}},
		"about to be turned on": {"block-ingress update-in-progress", []string{"eni-3", "eni-2"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := with(t, "eni-1", both, "igw-1", "igw-1 vpc vpc-1\npublic-access-block "+c.block, "subnet-1", "subnet-1 10.0.0.0/24 2600:1f18:0:1::/64\nsubnet-2 10.0.2.0/24")
			var got []string
			for _, line := range reach.New(r).Rule(&r.Groups[0], &r.Groups[0].Rules[0]).Evidence {
				if rest, ok := strings.CutPrefix(line, "a way in beside this rule: "); ok {
					got = append(got, interfaceID.FindString(rest))
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("second ways in by %v, want %v", got, c.want)
			}
		})
	}
}

var interfaceID = regexp.MustCompile(`eni-\w+`)

// TestNothingConnectsToFunctions: a Lambda function and a NAT gateway take no
// connections from their own subnet, from addresses inside, from groups that
// their rules name, or from groups of other accounts.
func TestNothingConnectsToFunctions(t *testing.T) {
	for _, kind := range []string{"lambda", "nat_gateway"} {
		r := with(t,
			"in tcp/22", "in tcp/22 sg-1\nin tcp/22 10.0.0.0/16\nin tcp/22 sg-theirs\nout all 0.0.0.0/0",
			"eni-1", "eni-1 sg-1 10.0.0.10 subnet subnet-1\neni-2 sg-1,sg-gone 10.0.0.11 subnet subnet-1 type "+kind)
		n, ssh := reach.New(r), inventory.Ports(inventory.TCP, 22, 22)
		from, to := &r.Interfaces[0], &r.Interfaces[1]
		if got, steps := n.Between(from, to, ssh); got != reach.NotReachable || n.Verdict(from, to, ssh) != got || !strings.Contains(steps[0].Detail, "(eni-2) ") {
			t.Errorf("from eni-1 to a %s: %s, %+v", kind, got, steps)
		}
		opens := reach.Reachable
		if kind == "nat_gateway" { // not inside its VPC
			opens = reach.NotReachable
		}
		if got, _ := n.Between(to, from, ssh); got != opens {
			t.Errorf("from a %s to eni-1: %s", kind, got)
		}
		for name, q := range map[string]reach.Query{
			"addresses":  {Traffic: ssh, Addresses: cidr.Of(netip.MustParsePrefix("10.0.0.0/16"))},
			"interfaces": {Traffic: ssh, Interfaces: []*inventory.Interface{from}},
			"everyone":   {Traffic: ssh, Everyone: true},
		} {
			a := n.Trace(to, q)
			if a.Verdict != reach.NotReachable || len(a.Ways) == 0 {
				t.Errorf("%s to a %s: %+v", name, kind, a)
			}
			for _, w := range a.Ways {
				if len(w.Steps) != 1 || w.Steps[0].Kind != explain.StepAddress && !strings.Contains(w.Steps[0].Detail, "sg-theirs is not attached to any other interface") {
					t.Errorf("%s to a %s: the way is told by %+v", name, kind, w.Steps)
				}
			}
		}
	}
}
