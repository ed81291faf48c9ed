package anonymise_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sgaudit/sgaudit/anonymise"
	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/fixtures/estates"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
)

var now = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)

func anonymous(t *testing.T, inv *inventory.Inventory, seed byte) *inventory.Inventory {
	t.Helper()
	s, err := anonymise.Snapshot(&inventory.Snapshot{Tool: "sgaudit", TakenAt: now, Inventory: inv}, anonymise.Key{seed})
	if err != nil {
		t.Fatal(err)
	}
	return s.Inventory
}

// verdicts are the findings without what identifies their account, each with the
// number of interfaces and the kinds of their owners.
func verdicts(inv *inventory.Inventory) (list []string) {
	settings := audit.Defaults()
	settings.Now = now
	var every []string
	for _, c := range audit.Checks() {
		every = append(every, c.ID)
	}
	report := audit.Run(inv, audit.Options{Settings: settings, Enable: every})
	for _, f := range report.Findings {
		traffic := ""
		if f.Rule != nil {
			traffic = fmt.Sprint(f.Rule.Direction, f.Rule.Traffic)
		}
		grade := ""
		if f.Unused != nil {
			grade = fmt.Sprint(f.Unused.Grade, f.Unused.FullSearch, f.Unused.ConfigSince, len(f.Unused.HeldBy))
		}
		list = append(list, fmt.Sprint(grade, " ", f.Check, " ", f.Severity, " ", f.Exposure.Verdict, " ", f.Region, " ", f.ResourceType, " ", traffic, " ", f.Services, " ", f.Attached, " ", f.AttachedTo, " ", len(f.Exposure.Evidence)))
	}
	for _, n := range report.NotEvaluated {
		list = append(list, fmt.Sprint(n.Check, n.Region))
	}
	slices.Sort(list)
	return list
}

func sameVerdicts(t *testing.T, of string, before, after *inventory.Inventory) {
	t.Helper()
	a, b := verdicts(before), verdicts(after)
	if slices.Equal(a, b) {
		return
	}
	for _, x := range a {
		if !slices.Contains(b, x) {
			t.Errorf("%s: lost: %s", of, x)
		}
	}
	for _, x := range b {
		if !slices.Contains(a, x) {
			t.Errorf("%s: new: %s", of, x)
		}
	}
	if !t.Failed() {
		t.Errorf("%s: %d findings became %d", of, len(a), len(b))
	}
	t.FailNow()
}

// ofTypes are the fields of a type that hold words of AWS, or what decides.
var ofTypes = map[string][]string{
	"Region": {"Name", "Region"}, "PeeringEnd": {"Name", "Region"}, "FlowLog": {"Traffic"},
	"Referrer": {"Service", "Source"}, "Recorder": {"Since"},
}

// ofAWS are the fields that hold words of AWS, which stay.
var ofAWS = []string{"Status", "Type", "Zone", "State", "Mode", "Kind", "Scheme", "Partition", "Operation", "Depth", "Code", "Operator"}

// identifying collects the texts that identify the owner of an inventory.
func identifying(v reflect.Value, into map[string]bool) {
	switch x := v.Interface().(type) {
	case netip.Prefix:
		if x.IsValid() && x.Bits() > 3 {
			for _, s := range append(cidr.Reserved(), netip.MustParsePrefix("fd00::/8")) {
				if x.Bits() <= s.Bits() && x.Contains(s.Addr()) {
					return // a block that everybody has
				}
			}
			into[x.String()] = true
		}
		return
	case netip.Addr:
		if x.IsValid() {
			into[x.String()] = true
		}
		return
	}
	switch v.Kind() {
	case reflect.String:
		if text := v.String(); len(text) >= 4 {
			into[text] = true
		}
	case reflect.Pointer:
		if !v.IsNil() {
			identifying(v.Elem(), into)
		}
	case reflect.Slice:
		for i := range v.Len() {
			identifying(v.Index(i), into)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			name := v.Type().Field(i).Name
			if !slices.Contains(ofAWS, name) && !slices.Contains(ofTypes[v.Type().Name()], name) {
				identifying(v.Field(i), into)
			}
		}
	}
}

// harmless reports whether a text is a word of AWS or one that a check reads.
func harmless(text string) bool {
	return slices.Contains([]string{"default", "local", "Name", "amazon-elb", "amazon-rds", "bastion", "RDSNetworkInterface", "temporary"}, text) ||
		strings.HasPrefix(text, "com.amazonaws.") || text == "ENI managed by APIGateway" || strings.HasPrefix(text, "amazon-") || slices.Contains([]string{"client-vpn", "verified-access", "instance-connect"}, text)
}

func hides(t *testing.T, of string, before, after *inventory.Inventory) {
	t.Helper()
	old, made := map[string]bool{}, map[string]bool{}
	identifying(reflect.ValueOf(before), old)
	identifying(reflect.ValueOf(after), made)
	for text := range old {
		if harmless(text) {
			continue
		}
		_, notPrefix := netip.ParsePrefix(text)
		_, notAddress := netip.ParseAddr(text)
		for other := range made {
			if other == text || notPrefix != nil && notAddress != nil && strings.Contains(other, text) {
				t.Errorf("%s: %q is still in %q", of, text, other)
			}
		}
	}
	if t.Failed() {
		t.FailNow()
	}
}

func TestAnonymousEstatesAreJudgedAlike(t *testing.T) {
	for seed := range uint64(150) {
		inv := estates.Random(rand.New(rand.NewPCG(seed, 21)), estates.Size{Regions: 2, Groups: 9, Interfaces: 9})
		for i, r := range inv.Regions { // addresses of which there are enough
			for k := range r.Interfaces {
				for n := range r.Interfaces[k].Addresses {
					if a := &r.Interfaces[k].Addresses[n]; a.Public.IsValid() {
						a.Public = netip.AddrFrom4([4]byte{52, byte(i), byte(k), byte(n)})
					}
				}
			}
		}
		of := fmt.Sprintf("seed %d", seed)
		before := notation.Format(inv)
		after := anonymous(t, inv, byte(seed))
		sameVerdicts(t, of, inv, after)
		if seed < 40 {
			hides(t, of, inv, after)
		}
		if notation.Format(inv) != before {
			t.Fatalf("%s: the input was changed", of)
		}
	}
}

func TestAnonymousDemo(t *testing.T) {
	inv := notation.MustParse(estates.Demo()).Inventory
	after := anonymous(t, inv, 1)
	sameVerdicts(t, "demo", inv, after)
	hides(t, "demo", inv, after)
	text, err := notation.Write(&inventory.Snapshot{TakenAt: now, Inventory: after})
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"securecart", "shop", "payments", "123456789012", "0a1000", "10.10.0.", "10.20.0."} {
		if strings.Contains(text, secret) {
			t.Errorf("%s is still there", secret)
		}
	}
	// Once more, it changes again and is judged alike.
	again := anonymous(t, after, 2)
	sameVerdicts(t, "twice", after, again)
	hides(t, "twice", after, again)
	// The same key gives the same.
	if notation.Format(anonymous(t, inv, 1)) != notation.Format(after) {
		t.Error("the same key gives another snapshot")
	}
}

// What a text decides stays decided.
func TestWordsThatDecideStay(t *testing.T) {
	inv := notation.MustParse(`account 123456789012 acme
region eu-west-1
vpc-0a0a0a0a 10.7.0.0/16
sg-0a0a0a01 acme-bastion vpc vpc-0a0a0a0a
  in tcp/22 198.51.100.9/32 "Acme office until 2026-01-31"
  in tcp/22 198.51.100.10/32 "acme temp access"
  in tcp/22 198.51.100.11/32 "   "
  in tcp/3389 198.51.100.12/32 tag Expires=2026-02-28T10:00
sg-0a0a0a02 launch-wizard-77 vpc vpc-0a0a0a0a
sg-0a0a0a03 default vpc vpc-0a0a0a0a
  in tcp/22 sg-0a0a0a01
eni-0a0a0a01 sg-0a0a0a01 10.7.0.5 public 198.51.100.200 instance i-0a0a0a0a attached-by 123456789012
`).Inventory
	after := anonymous(t, inv, 3)
	sameVerdicts(t, "words", inv, after)
	text := notation.Format(after)
	for _, word := range []string{"until 2026-01-31", "temp", "2026-02-28", "launch-wizard-", "bastion", `"   "`} {
		if !strings.Contains(text, word) {
			t.Errorf("%s is gone:\n%s", word, text)
		}
	}
	if strings.Contains(strings.ToLower(text), "acme") {
		t.Errorf("acme is still there:\n%s", text)
	}
}

// The owner of an interface is recognised by the same words.
func TestOwnersStay(t *testing.T) {
	const account = "111122223333"
	for _, e := range []inventory.Interface{
		{Requester: "amazon-elb", AttachedBy: "amazon-elb", Managed: true, Description: "ELB app/acme/50dc6c495c0c9188"},
		{Requester: "amazon-elb", Description: "ELB acme-old"},
		{Type: "network_load_balancer", Requester: account, AttachedBy: "amazon-aws", Description: "ELB net/acme/1234567890abcdef"},
		{Requester: "amazon-rds", Managed: true, Description: "RDSNetworkInterface"},
		{Managed: true, Requester: "310000000001", Description: "Network interface for DBProxy acme"},
		{Description: "ElastiCache+acme-001"},
		{Managed: true, Description: "ES acme"},
		{Managed: true, Description: "DAX acme-a"},
		{Description: "DO NOT DELETE - Amazon MSK network interface for cluster arn:aws-us-gov:kafka:us-gov-west-1:111122223333:cluster/acme/0b6f1f0e-7d53-4f0c-9a40-52d1f1c1a111-7"},
		{Managed: true, Description: "Created by Amazon FSx for acme file system fs-0123456789abcdef0"},
		{Type: "efs", Description: "EFS mount target for fs-0123456789abcdef0 (fsmt-0fedcba9876543210)"},
		{Type: "lambda", Requester: "AROAACME:111122223333", Description: "AWS Lambda VPC ENI-acme-image-0b6f1f0e-7d53-4f0c-9a40-52d1f1c1a111"},
		{Description: "AWS Lambda VPC ENI: 0b6f1f0e-7d53-4f0c-9a40-52d1f1c1a111"},
		{Requester: "acme:awslambda_42_20240101", Description: "acme"},
		{Description: "arn:aws:ecs:eu-west-1:111122223333:attachment/0b6f1f0e-7d53-4f0c-9a40-52d1f1c1a111"},
		{Tags: []inventory.Tag{{Key: "aws:ecs:serviceName", Value: "acme"}}},
		{Description: "Amazon EKS acme"},
		{Description: "aws-K8S-i-0a1b2c3d4e5f60718"},
		{Requester: "237081731433", Description: "DMSNetworkInterface"},
		{Description: "Attached to Glue using role: arn:aws:iam::111122223333:role/acme"},
		{Operator: "eks.amazonaws.com", Instance: "i-0a1b2c3d"},
		{Operator: "acme.example.com"},
		{Description: "acme's own", Instance: "i-0a1b2c3d", AttachedBy: account},
		{Requester: "acme-service", Managed: true},
		{Type: "nat_gateway", Description: "Interface for NAT Gateway nat-0a1b2c3d4e5f60718"},
		{Description: "[DO NOT DELETE] ENI managed by SageMaker for acme domain d-abcdefghijkl"},
	} {
		e.ID, e.Account, e.VPC, e.Status = "eni-0a0a0a01", account, "vpc-0a0a0a0a", "in-use"
		inv := notation.MustParse("vpc-0a0a0a0a 10.7.0.0/16\n").Inventory
		inv.Regions[0].Interfaces = []inventory.Interface{e}
		got := anonymous(t, inv, 4).Regions[0].Interfaces[0]
		before, after := e.Owner(), got.Owner()
		if (before.Kind != after.Kind && !strings.HasSuffix(before.Kind, "(managed)")) || (before.Name == "") != (after.Name == "") || before.Name != "" && before.Name == after.Name {
			t.Errorf("%q: the owner was %v and is %v (%q)", e.Description, before, after, got.Description)
		}
		if strings.Contains(strings.ToLower(fmt.Sprint(got)), "acme") {
			t.Errorf("acme is still in %v", got)
		}
	}
}

// Whatever two prefixes were to each other and to the private and the public
// blocks, they are after it.
func TestAddressesKeepTheirRelations(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for round := range 40 {
		var text bytes.Buffer
		fmt.Fprintln(&text, "pl-1 a")
		inv := notation.MustParse(text.String()).Inventory
		var old []netip.Prefix
		for range 60 {
			var b [4]byte
			for i := range b {
				b[i] = byte(rng.UintN(256))
			}
			if rng.IntN(2) == 0 {
				b[0] = []byte{10, 11, 100, 172, 192, 169, 52, 203, 198}[rng.IntN(9)]
			}
			old = append(old, netip.PrefixFrom(netip.AddrFrom4(b), rng.IntN(33)).Masked())
			six := netip.AddrFrom16([16]byte{[]byte{0x20, 0x26, 0xfd, 0xfe, 0}[rng.IntN(5)], b[1], b[2], 0, 0, b[3] & 1})
			old = append(old, netip.PrefixFrom(six, rng.IntN(129)).Masked())
		}
		// One list for each, so that their order shows which became which.
		inv.Regions[0].PrefixLists = nil
		for i, p := range old {
			inv.Regions[0].PrefixLists = append(inv.Regions[0].PrefixLists, inventory.PrefixList{ID: fmt.Sprintf("pl-%04d", i), Resolved: true, Entries: []netip.Prefix{p}})
		}
		var made []netip.Prefix
		for _, l := range anonymous(t, inv, byte(round)).Regions[0].PrefixLists {
			made = append(made, l.Entries[0])
		}
		blocks := cidr.Reserved()
		within := func(a, b netip.Prefix) bool { return a.Bits() <= b.Bits() && a.Contains(b.Addr()) }
		for i := range old {
			for k := range old {
				if within(old[i], old[k]) != within(made[i], made[k]) || (old[i] == old[k]) != (made[i] == made[k]) {
					t.Fatalf("%s and %s became %s and %s", old[i], old[k], made[i], made[k])
				}
			}
			for _, b := range blocks {
				if within(b, old[i]) != within(b, made[i]) || within(old[i], b) != within(made[i], b) {
					t.Fatalf("%s became %s, and %s does not allow it", old[i], made[i], b)
				}
			}
			if old[i].Bits() != made[i].Bits() || made[i] != made[i].Masked() {
				t.Fatalf("%s became %s", old[i], made[i])
			}
		}
	}
}

// Resource types of AWS and the time of a recording stay; the type of another firm, and
// a source that is not AWS Config, do not.
func TestConfigResourcesAreAnonymised(t *testing.T) {
	before := notation.MustParse(`sg-1 secret-a
sg-2 secret-b
sg-3 secret-c
recorder secret-recorder all-types except AWS::EC2::NetworkInterface except SecretFirm::Net::Thing since 2026-01-05
config-resource AWS::MWAA::Environment secret-air sg-1 recorded 2026-11-20T08:00:00Z
config-resource SecretFirm::Net::Thing secret-thing sg-2
config-resource AWS::Lambda::Function secret-function sg-3
referrer ecs service secret-service sg-3 reported-by "secret source"
`).Inventory
	after := anonymous(t, before, 1)
	sameVerdicts(t, "resources of AWS Config", before, after)
	text := fmt.Sprintf("%+v", *after.Regions[0])
	for _, kept := range []string{"AWS::MWAA::Environment", "AWS Config, recorded 2026-11-20T08:00:00Z", "Lambda function", "AWS::EC2::NetworkInterface", "2026-01-05"} {
		if !strings.Contains(text, kept) {
			t.Errorf("%s is gone: %s", kept, text)
		}
	}
	if strings.Contains(strings.ToLower(text), "secret") {
		t.Errorf("a name is left: %s", text)
	}
}

// A delegated prefix changes as the addresses in it do.
func TestDelegatedPrefixesStayConsistent(t *testing.T) {
	for key := range uint8(20) {
		r := anonymous(t, notation.MustParse(`vpc-0a0a0a0a 10.7.0.0/16 2600:1f18:7::/56
subnet-0a0a0a0a 10.7.0.0/20 2600:1f18:7::/64 vpc vpc-0a0a0a0a
sg-0a0a0a01 web vpc vpc-0a0a0a0a
  in tcp/22 10.7.5.37/32
  in tcp/22 2600:1f18:7:0:5::9/128
eni-0a0a0a01 sg-0a0a0a01 10.7.5.7 10.7.5.32/28 2600:1f18:7:0:5::/80 vpc vpc-0a0a0a0a subnet subnet-0a0a0a0a
`).Inventory, key).Regions[0]
		e, rules := &r.Interfaces[0], r.Groups[0].Rules
		if len(e.Delegated) != 2 || !inventory.IsDelegated(e.Delegated[0]) || !inventory.IsDelegated(e.Delegated[1]) || e.Delegated[0].String() == "10.7.5.32/28" || e.Delegated[1].String() == "2600:1f18:7:0:5::/80" {
			t.Fatalf("the delegated prefixes are %v", e.Delegated)
		}
		if !e.Has(rules[0].Peer.Prefix.Addr()) || !e.Has(rules[1].Peer.Prefix.Addr()) {
			t.Fatalf("%v does not hold the addresses of %v", e.Delegated, rules)
		}
	}
}
