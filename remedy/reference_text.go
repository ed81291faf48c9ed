package remedy

import (
	"cmp"
	"fmt"
	"math/big"
	"net/netip"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// proof says what the replacement covers, admits and loses, and how much of
// that was proven.
func (d *decision) proof(r *Replacement, rule *inventory.Rule, p Proof) []string {
	var lines []string
	switch n := len(r.Covered); n {
	case 0:
	case 1:
		lines = append(lines, "covered: "+interfaceIDs(r.Covered, 1))
	default:
		lines = append(lines, fmt.Sprintf("covered: %d interfaces: %s", n, interfaceIDs(r.Covered, 10)))
	}
	if len(r.gateways) > 0 {
		verb := "opens"
		if len(r.gateways) > 1 {
			verb = "open"
		}
		lines = append(lines, fmt.Sprintf("needs no access: %s, which %s no connections to interfaces of the VPC", interfaceIDs(r.gateways, 10), verb))
	}
	for _, f := range r.Idle {
		lines = append(lines, "covered when it runs: Lambda function "+f.Name)
	}
	lost := "no address in use loses access"
	if len(r.Kept) > 0 {
		var kept []string
		for _, k := range r.Kept {
			kept = append(kept, k.String())
		}
		lost += ": " + words.Series(kept) + " stay as addresses, because their interfaces have no group that a rule can reference"
	}
	lines = append(lines, lost)
	lines = append(lines, d.gaining(r, rule)...)
	lines = append(lines, r.free(rule))
	if len(r.Groups) > 1 {
		lines = append(lines, "all groups with addresses in the range are referenced: delete from the commands the groups that need no access")
	}
	for _, id := range r.Avoided {
		lines = append(lines, fmt.Sprintf("%s is not referenced: %s", d.named(id), d.tooBroad(id)))
	}
	for _, n := range r.New {
		verb := "have"
		if len(n.Interfaces) == 1 {
			verb = "has"
		}
		lines = append(lines, fmt.Sprintf("new group %q in %s, without rules of its own: %s %s only groups that are too broad to reference", n.Group.Name, n.Group.VPC, interfaceIDs(n.Interfaces, 10), verb),
			"a resource that replaces one of these later, such as an instance of an Auto Scaling group, needs the new group too: add it to the launch template")
	}
	for _, id := range r.Broad {
		lines = append(lines, fmt.Sprintf("%s is referenced although %s: it is the only group of an interface that belongs to a service", d.named(id), d.tooBroad(id)))
	}
	if !r.Smallest {
		lines = append(lines, "a smaller set of groups may exist: the search reached its limit")
	}
	lines = append(lines, "checked: "+p.text(rule.Traffic))
	for _, e := range r.Covered {
		if e.NoSourceDest {
			lines = append(lines, e.ID+" forwards packets of other hosts (its source/destination check is off): neither this range nor its group allows packets with addresses of those hosts")
		}
	}
	return append(lines, "not covered: resources that start later with an address in "+rule.Peer.String()+", unless they have one of these groups")
}

// gaining says which interfaces gain access because they have a group of the replacement,
// and how many of those that have one are allowed by other rules of the group already.
func (d *decision) gaining(r *Replacement, rule *inventory.Rule) []string {
	if r.Admitted == 0 {
		return []string{"nothing else gains access"}
	}
	allowed := map[*inventory.Interface]bool{}
	for i := range d.group.Rules {
		other := &d.group.Rules[i]
		if other.Direction == rule.Direction && inventory.CompareRules(other, rule) != 0 && other.Traffic.Covers(rule.Traffic) {
			for _, e := range standsFor(d.region, d.reach, d.group, other) {
				allowed[e] = true
			}
		}
	}
	var gain []*inventory.Interface
	already, seen := 0, map[*inventory.Interface]bool{}
	for _, e := range r.Covered {
		seen[e] = true
	}
	for _, id := range r.Groups {
		for _, e := range d.reach.Interfaces(id) {
			switch {
			case seen[e]:
			case allowed[e]:
				already++
			default:
				gain = append(gain, e)
			}
			seen[e] = true
		}
	}
	lines := []string{"nothing else gains access"}
	if len(gain) > 0 {
		slices.SortFunc(gain, func(a, b *inventory.Interface) int { return cmp.Compare(a.ID, b.ID) })
		lines[0] = "gain access, because they have these groups too: " + interfaceIDs(gain, 10)
	}
	if already > 0 {
		lines = append(lines, number(already, "other interface")+" with these groups already had access through another rule")
	}
	return lines
}

func (a *attacher) tooBroad(id string) string {
	if a.index.Group(id).Default() {
		return "it is a default group, which every resource gets that is launched without a group"
	}
	return fmt.Sprintf("most of its %s are outside the range, in other tiers", number(len(a.holders(a.index.Group(id))), "interface"))
}

// sizeOf returns how many addresses a block has.
func sizeOf(p netip.Prefix) *big.Int {
	return new(big.Int).Lsh(big.NewInt(1), uint(p.Addr().BitLen()-p.Bits()))
}

// free says how many addresses of the range nothing holds.
func (r *Replacement) free(rule *inventory.Rule) string {
	p := rule.Peer.Prefix
	all := sizeOf(p)
	rest := new(big.Int).Sub(all, r.held)
	switch {
	case rest.Sign() == 0:
		return "no free address of the range loses access"
	case cidr.FamilyOf(p) == cidr.IPv6 && !rest.IsInt64():
		return "no longer allowed: the rest of " + p.String() + ", which no interface has"
	}
	return fmt.Sprintf("no longer allowed: %s of %s that no interface has; interfaces have the other %d of its %d addresses", number(int(rest.Int64()), "address"), p, r.held, all)
}

func interfaceIDs(list []*inventory.Interface, most int) string {
	return words.FirstOf(list, most, (*inventory.Interface).Named)
}

func number(n int, noun string) string {
	switch {
	case n == 1:
		return "1 " + noun
	case strings.HasSuffix(noun, "s"):
		return fmt.Sprintf("%d %ses", n, noun)
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
