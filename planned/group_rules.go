package planned

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/inventory"
)

// oldRule is aws_security_group_rule: one traffic, for several sources.
func (a *action) oldRule(pass int) {
	a.ruleOf(pass, func(v values) []inventory.Rule {
		direction := inventory.Ingress
		switch text := v.known("type"); text {
		case "ingress":
		case "egress":
			direction = inventory.Egress
		default:
			v.bad("type", "ingress or egress", text)
			return nil
		}
		return a.rules(v, direction, v.id("security_group_id", "sg-"), "source_security_group_id")
	})
}

// ingressRule is aws_vpc_security_group_ingress_rule.
func (a *action) ingressRule(pass int) { a.singleRule(pass, inventory.Ingress) }

// egressRule is aws_vpc_security_group_egress_rule.
func (a *action) egressRule(pass int) { a.singleRule(pass, inventory.Egress) }

func (a *action) singleRule(pass int, direction inventory.Direction) {
	a.ruleOf(pass, func(v values) []inventory.Rule {
		traffic, ok := v.traffic("ip_protocol", "from_port", "to_port")
		if !ok {
			return nil
		}
		r := inventory.Rule{Direction: direction, Traffic: traffic, Description: v.known("description"), Tags: v.tags()}
		var rules []inventory.Rule
		for _, key := range []string{"cidr_ipv4", "cidr_ipv6"} {
			if x, pending := v.pending(key); pending {
				a.unknown(key, "the addresses of the rule are known after apply%s", x.why(""))
			} else if text := v.known(key); text != "" {
				if p, ok := v.prefix(key, text); ok {
					r.Peer = inventory.Peer{Prefix: p}
					rules = append(rules, r)
				}
			}
		}
		if id := v.id("prefix_list_id", "pl-"); id != "" {
			r.Peer = inventory.Peer{List: id}
			rules = append(rules, r)
		}
		if ref := v.reference("referenced_security_group_id"); ref != nil {
			r.Peer = inventory.Peer{Group: ref}
			rules = append(rules, r)
		}
		if ref := a.sourceByName(v); ref != nil {
			r.Peer = inventory.Peer{Group: ref}
			rules = append(rules, r)
		}
		return rules
	})
}

// ruleOf carries out a resource that is rules of a group.
func (a *action) ruleOf(pass int, read func(values) []inventory.Rule) {
	if pass != passRevoke && pass != passAllow {
		return
	}
	var before, after []inventory.Rule
	var from, to string
	if a.existed() {
		before, from = read(a.before), a.groupOfRule(a.before)
	}
	if a.staying() {
		after, to = read(a.after), a.groupOfRule(a.after)
		if to == "" {
			a.unknown("security_group_id", "the group of the rule is known after apply")
		}
	}
	moved := from != to || a.Replaced
	var stay []inventory.Rule // what was there before, and may be what is not known
	if a.staying() && (from == to || to == "") {
		stay = a.after.mayBe(before, a.protocolKey())
	}
	kept := before
	if moved {
		kept = stay
	}
	if pass == passRevoke && from != "" {
		if moved {
			after = nil
		}
		if a.removes() && !a.CreatedFirst {
			a.in.destroyed[from] = append(a.in.destroyed[from], before...)
		}
		a.revoke(from, before, append(slices.Clip(after), stay...))
	}
	if pass == passAllow && to != "" {
		if a.Replaced && a.CreatedFirst && from == to {
			a.duplicates(to, before, after)
		}
		a.allow(to, kept, after)
		for _, r := range after {
			a.in.made[to] = append(a.in.made[to], madeRule{r, a.Address})
		}
	}
}

// protocolKey is the attribute of a rule that holds its protocol.
func (a *action) protocolKey() string {
	if a.Type == "aws_security_group_rule" {
		return "protocol"
	}
	return "ip_protocol"
}

// inline returns the rules in a group itself.
func (a *action) inline(v values) (rules []inventory.Rule) {
	for _, side := range []struct {
		key       string
		direction inventory.Direction
	}{{"ingress", inventory.Ingress}, {"egress", inventory.Egress}} {
		if x, pending := v.pending(side.key); pending && x.computed {
			if a.updates() { // it stays as it is
				rules = append(rules, a.inlineOf(a.before, side.key, side.direction)...)
			}
			continue
		}
		rules = append(rules, a.inlineOf(v, side.key, side.direction)...)
	}
	return rules
}

func (a *action) inlineOf(v values, key string, direction inventory.Direction) (rules []inventory.Rule) {
	blocks, known := v.blocks(key)
	if !known {
		a.unknown(key, "rules of the group are known after apply")
	}
	pending := 0
	for _, b := range blocks {
		if _, is := b.pending("security_groups"); is {
			pending++
		}
	}
	for _, b := range blocks {
		b.several = pending > 1
		rules = append(rules, a.rules(b, direction, a.id, "security_groups")...)
	}
	return rules
}

// rules reads one traffic with several sources. The groups among the sources stand in
// the attribute named, as a list or as one id.
func (a *action) rules(v values, direction inventory.Direction, self, groups string) (rules []inventory.Rule) {
	traffic, ok := v.traffic("protocol", "from_port", "to_port")
	if !ok {
		return nil
	}
	add := func(p inventory.Peer) {
		rules = append(rules, inventory.Rule{Direction: direction, Traffic: traffic, Peer: p, Description: v.known("description")})
	}
	for _, key := range []string{"cidr_blocks", "ipv6_cidr_blocks"} {
		texts, known := v.texts(key)
		if !known {
			a.unknown(v.name(key), "addresses of the rule %s %s are known after apply", direction, traffic)
		}
		for i, text := range texts {
			if p, ok := v.prefix(fmt.Sprintf("%s[%d]", key, i), text); ok {
				add(inventory.Peer{Prefix: p})
			}
		}
	}
	for _, id := range v.ids("prefix_list_ids", "pl-") {
		add(inventory.Peer{List: id})
	}
	if mine, _ := v.flag("self"); mine && self != "" {
		add(inventory.Peer{Group: &inventory.GroupRef{ID: self}})
	}
	if groups == "security_groups" {
		for _, ref := range v.references(groups) {
			add(inventory.Peer{Group: ref})
		}
		if ref := a.sourceByName(v); ref != nil {
			add(inventory.Peer{Group: ref})
		}
	} else if ref := v.reference(groups); ref != nil {
		add(inventory.Peer{Group: ref})
	}
	return rules
}

// traffic reads protocol and ports.
func (v values) traffic(protocol, from, to string) (inventory.Traffic, bool) {
	for _, key := range []string{protocol, from, to} {
		if x, pending := v.pending(key); pending && !x.computed {
			v.of.unknown(v.name(key), "the traffic of the rule is known after apply")
			return inventory.Traffic{}, false
		}
	}
	first, last := v.number(from), v.number(to)
	for _, end := range []struct {
		key string
		n   *int32
	}{{from, first}, {to, last}} {
		if end.n != nil && (*end.n < -1 || *end.n > inventory.MaxPort) {
			v.bad(end.key, "a port from 0 to 65535, or -1", json.Number(fmt.Sprint(*end.n)))
			return inventory.Traffic{}, false
		}
	}
	t, err := inventory.NewTraffic(v.known(protocol), first, last)
	if err != nil {
		v.of.in.of.errs = append(v.of.in.of.errs, fmt.Errorf("%s: %s: %w", v.of.Address, v.name(protocol), err))
		return t, false
	}
	return t, true
}

// reference reads the id of a group, with its account before it where it is another's.
func (v values) reference(key string) *inventory.GroupRef {
	text, _ := v.all[key].(string)
	account, id, both := strings.Cut(text, "/")
	if !both {
		if id = v.id(key, "sg-"); id == "" {
			return nil
		}
		return &inventory.GroupRef{ID: id}
	}
	if !inventory.IsAccountID(account) || !inventory.IsGroupID(id) {
		v.bad(key, "an id of a group, or ACCOUNT/ID", text)
		return nil
	}
	return &inventory.GroupRef{ID: id, Account: account}
}

// references reads a list of what reference reads.
func (v values) references(key string) (refs []*inventory.GroupRef) {
	items, isList := v.all[key].([]any)
	if !isList {
		for _, id := range v.ids(key, "sg-") {
			refs = append(refs, &inventory.GroupRef{ID: id})
		}
		return refs
	}
	for i, item := range items {
		one := values{of: v.of, at: v.at, all: map[string]any{fmt.Sprintf("%s[%d]", key, i): item}}
		if ref := one.reference(fmt.Sprintf("%s[%d]", key, i)); ref != nil {
			refs = append(refs, ref)
		}
	}
	return refs
}
