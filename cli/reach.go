package cli

import (
	"maps"
	"net/netip"
	"slices"
	"strings"

	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach"
	"github.com/sgaudit/sgaudit/words"
)

func (p *program) reachVerb() *urfave.Command {
	return &urfave.Command{
		Name:  "reach",
		Usage: "show who can reach an interface, step by step",
		Description: "It follows a packet to the interface and its reply back: address, VPC block public access, internet gateway, route tables, network ACLs, security groups. " +
			"Without --from it checks everyone: the internet, and all sources in the rules. Several interfaces are answered one by one. " +
			"A name is that of a security group, a load balancer, or a Name tag of an interface; a kind is what uses an interface, as sgaudit interfaces lists it: instance, database, function, load-balancer and so on; kind:database stands for all managed data stores (RDS, ElastiCache and so on), not for databases that run on instances: sgaudit rules --open lists those. " +
			"Exit codes: 0 answered, 1 not as --expect says, 2 could not start or finish, 3 answered, but a region or a part of it could not be read.",
		Flags: append([]urfave.Flag{
			&urfave.StringFlag{Name: "to", Usage: "ask about this `TARGET`: i-..., eni-..., sg-..., an address, a name, or kind:database and other kinds"},
			&urfave.StringFlag{Name: "port", Value: "all", Usage: "ask about this `TRAFFIC`: tcp/22, udp/53, tcp/20-25, icmp/8/0, all"},
			&urfave.StringFlag{Name: "from", Usage: "ask about this `SOURCE`: internet, an address or a block, i-..., eni-..., sg-..., a name or a kind (default: everyone)"},
			&urfave.StringFlag{Name: "input", Aliases: []string{"snapshot"}, Category: categoryRead, Usage: "ask this `FILE` or folder, a snapshot or answers of the AWS CLI, instead of an account; AWS is not called", TakesFile: true},
			choice(&urfave.StringFlag{Name: "expect", Category: categoryReport, Usage: "exit with 1 unless each answer is this `VERDICT`: " + strings.Join(expectations, ", ")}, "verdict", expectations...),
			answerFlag(),
			savedFlag(),
			demoFlag(),
		}, readFlags()...),
		Action: p.reach,
	}
}

// maxTargets bounds how many interfaces one question answers for.
const maxTargets = 100

// expectations are the verdicts that a pipeline can ask for. Unknown is neither.
var expectations = []string{string(reach.Reachable), string(reach.NotReachable)}

func (p *program) reach(c *urfave.Context) error {
	to, from := c.String("to"), c.String("from")
	traffic, err := parsePort(c.String("port"))
	var errs []error
	if err != nil {
		errs = append(errs, err)
	}
	if to == "" {
		errs = append(errs, console.Usage("write it like --to i-0123456789abcdef0, --to shop-web or --to kind:database", "--to is missing: the instance, interface, group, address, name or kind that is asked about"))
	}
	src, err := newSource(c, "input")
	if err := console.Combine(append(errs, err, checkAnswer(c), notEmpty(c, "expect"), checkChoice(c, "expect"))...); err != nil {
		return err
	}
	read, err := p.loadInventory(src)
	if err != nil {
		return err
	}
	inv := read.Inventory
	answer := reachAnswer{SchemaVersion: "1", To: to, Port: traffic.String(), From: from}
	sought := 0
	for _, region := range inv.Regions {
		targets := holders(region, to)
		if len(targets) == 0 {
			continue
		}
		q, ok := question(region, traffic, from)
		if !ok {
			continue
		}
		sought++
		n := reach.New(region)
		for i, e := range targets {
			if i == maxTargets {
				answer.left += len(targets) - i
				break
			}
			a := n.Trace(e, q)
			answer.Answers = append(answer.Answers, reachTarget{
				Region: region.Name, Interface: e.ID, Owner: e.Owner().String(), VPC: e.VPC, Subnet: e.Subnet, Groups: e.Groups,
				Verdict: a.Verdict, Ways: a.Ways, Names: namesOf(n.Index(), e, a.Ways),
			})
		}
	}
	if sought == 0 {
		return notFound(c, inv, to, from)
	}
	if answer.left > 0 {
		p.console.Warn("%s of %s are left out: name one with --to eni-...", words.Count(answer.left, "more interface"), to)
	}
	if err := p.answer(c, answer, answer.text()); err != nil {
		return err
	}
	err = p.conclude(inv, c.Context.Err() != nil)
	if want := reach.Verdict(c.String("expect")); want != "" {
		texts := answer.unexpected(want)
		for _, text := range texts {
			p.console.Warn("%s", text)
		}
		if len(texts) > 0 {
			return status(exitFindings)
		}
	}
	return err
}

// question asks about the source that from names, or about everyone. It reports
// false where the region does not hold that source.
func question(region *inventory.Region, traffic inventory.Traffic, from string) (q reach.Query, ok bool) {
	q = reach.Query{Traffic: traffic}
	switch from {
	case "":
		q.Everyone = true
		return q, true
	case "internet":
		q.Internet = true
		return q, true
	}
	q.Interfaces = holders(region, from)
	if len(q.Interfaces) > 0 {
		return q, true
	}
	if prefix, isPrefix := parsePrefix(from); isPrefix {
		q.Addresses = cidr.Of(prefix)
	}
	return q, !q.Addresses.Empty()
}

// parsePrefix reads an address or a block; host bits are cleared.
func parsePrefix(text string) (netip.Prefix, bool) {
	if a, err := netip.ParseAddr(text); err == nil {
		return netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen()), true
	}
	q, err := netip.ParsePrefix(text)
	if err != nil {
		return netip.Prefix{}, false
	}
	return inventory.PrefixPeer(q).Prefix, true
}

// holders returns the interfaces that a word stands for: an id or a name of the
// interface, of what uses it or of a group attached to it, an address of it, or
// the kind of what uses it.
func holders(region *inventory.Region, word string) []*inventory.Interface {
	kind, isKind := strings.CutPrefix(word, "kind:")
	named := map[string]bool{} // ids of the groups with that name
	for i := range region.Groups {
		if region.Groups[i].Name == word {
			named[region.Groups[i].ID] = true
		}
	}
	address, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimSuffix(word, "/32"), "/128"))
	var found []*inventory.Interface
	for i := range region.Interfaces {
		e := &region.Interfaces[i]
		holds := err == nil && (e.Has(address) || slices.Contains(e.PublicIPv4(), address))
		owner := e.Owner()
		known := e.ID == word || e.Instance == word || owner.Name == word && word != "" || e.HasGroup(word) ||
			slices.ContainsFunc(e.Groups, func(id string) bool { return named[id] }) ||
			slices.ContainsFunc(e.Tags, func(t inventory.Tag) bool { return t.Key == "Name" && t.Value == word && word != "" })
		if isKind {
			known = owner.Kind == kind || kind == "database" && e.Database() || kind == "load-balancer" && e.LoadBalancer()
		}
		if holds || known {
			found = append(found, e)
		}
	}
	return found
}

// notFound says that nothing is there to ask about, and why that may be so.
func notFound(c *urfave.Context, inv *inventory.Inventory, to, from string) error {
	what, hint := "no interface of "+to, "check the name or id, the account and --region; "+onTheSame(c, "interfaces")+" lists all interfaces"
	kinds := map[string]bool{}
	for _, region := range inv.Regions {
		for i := range region.Interfaces {
			kinds[region.Interfaces[i].Owner().Kind] = true
		}
		if len(holders(region, to)) > 0 {
			what = "no interface of " + from + " in the region of " + to
		}
	}
	if a, err := netip.ParseAddr(to); err == nil && cidr.HoldsInternet(netip.PrefixFrom(a, a.BitLen())) {
		hint = "--to is an interface of the account; " + onTheSame(c, "rules", "--direction", "outbound") + " lists what interfaces may connect to"
	}
	if strings.HasPrefix(to, "kind:") || strings.HasPrefix(from, "kind:") {
		hint = "the account has these kinds: " + strings.Join(slices.Sorted(maps.Keys(kinds)), ", ")
	}
	if !inv.Complete() {
		hint += "; some regions could not be read in full"
	}
	return console.Usage(hint, "%s was found in %s", what, words.Count(len(inv.Regions), "region"))
}

// reachAnswer is what the verb prints as JSON.
type reachAnswer struct {
	SchemaVersion string        `json:"schema_version"`
	To            string        `json:"to"`
	Port          string        `json:"port"`
	From          string        `json:"from"` // empty: everyone
	Answers       []reachTarget `json:"answers"`

	left int // interfaces that were not asked about
}

type reachTarget struct {
	Region    string        `json:"region"`
	Interface string        `json:"interface"`
	Owner     string        `json:"owner"`
	VPC       string        `json:"vpc_id"`
	Subnet    string        `json:"subnet_id"`
	Groups    []string      `json:"groups"`
	Verdict   reach.Verdict `json:"verdict"`
	Ways      []reach.Way   `json:"ways"`
	Names     reachNames    `json:"-"`
}

// reachNames are an answer's interfaces and groups with their names, for its text.
type reachNames struct {
	Interface string   // of the target
	Target    string   // the same, with the place that it is in
	Groups    []string // of the target
	From      []string // of each way
}

func namesOf(index *inventory.Index, e *inventory.Interface, ways []reach.Way) reachNames {
	target, subnet := e.Named(), "an unknown subnet"
	if e.Owner().Kind == "unknown" {
		target += " (owner unknown)"
	}
	if e.Subnet != "" {
		subnet = "subnet " + index.SubnetNamed(e.Subnet)
	}
	names := reachNames{Interface: e.Named(), Target: target + " in " + subnet + " of VPC " + index.VPCNamed(e.VPC), Groups: index.GroupsNamed(e.Groups)}
	for _, w := range ways {
		from := w.From
		if w.Senders != "" {
			from = w.Senders + " with " + index.GroupNamed(from)
		}
		names.From = append(names.From, from)
	}
	return names
}
