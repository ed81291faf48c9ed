package remedy

import (
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// look finds the groups that can take the place of a rule's addresses. Where
// there are none the rule is kept.
func (d *decision) look(o *outcome) {
	if d.solver == nil {
		d.solver = NewSolver(d.region, d.reach)
	}
	o.replacement = d.solver.Replace(d.group.VPC, o.rule.Peer.Prefix)
	if len(o.replacement.Reasons) > 0 {
		o.wish, o.why = keep, "Reference the security groups of the interfaces that need the rule. sgaudit cannot determine them: "+strings.Join(o.replacement.Reasons, "; ")+"."
	}
}

// refer writes down the change of a range to groups with its proof, or why
// there is none.
func (d *decision) refer(o *outcome) {
	r := o.replacement
	allow, before, after, why := d.allow(o.rule, ofPeers(o.rule, d.peers(d.group, r)))
	if why != "" {
		o.wish, o.why = keep, why
		return
	}
	steps := append(d.create(r), d.exchange(o.rule, allow, before, after)...)
	is := &later{Analyzer: d.reach.With(afterChange(d.group, allow, slices.Concat([]inventory.Rule{*o.rule}, before, after)))}
	if len(r.New) > 0 {
		var err error
		if is, err = d.tried(d.create(r), allow, before, append([]inventory.Rule{*o.rule}, after...)); err != nil {
			o.wish, o.why = keep, fmt.Sprintf("Reference the security groups of the interfaces that need the rule. The steps for that would fail: %v.", err)
			return
		}
	}
	proof := prove(d.reach, is, r, d.holders(d.group), o.rule.Traffic)
	if len(proof.Lost) > 0 {
		o.wish = keep
		o.why = "Reference the security groups of the interfaces that need the rule. Choose them by hand: with " + strings.Join(r.Groups, ", ") +
			" instead, these pairs would lose access: " + strings.Join(proof.Lost, ", ") + "."
		return
	}
	o.summary = fmt.Sprintf("Allow %s from %s, then revoke %s.", o.rule.Traffic, d.sources(r), o.rule.Peer)
	o.proof = d.proof(r, o.rule, proof)
	o.steps = steps
}

// peers returns the replacement as sources.
func (a *attacher) peers(g *inventory.Group, r *Replacement) []inventory.Peer {
	if a.peerings == nil {
		a.peerings = peeringsOf(a.region)
	}
	var peers []inventory.Peer
	for _, id := range r.Groups {
		ref := &inventory.GroupRef{ID: id}
		a.peerings.refer(g, a.index.Group(id), ref)
		peers = append(peers, inventory.Peer{Group: ref})
	}
	for _, n := range r.New {
		ref := &inventory.GroupRef{ID: n.Group.ID}
		a.peerings.refer(g, n.Group, ref)
		peers = append(peers, inventory.Peer{Group: ref})
	}
	for _, p := range r.Kept {
		peers = append(peers, inventory.Peer{Prefix: p})
	}
	return peers
}

// afterChange returns the group as it is once rules were allowed and others are gone.
func afterChange(g *inventory.Group, allow, gone []inventory.Rule) *inventory.Group {
	changed := *g
	changed.Rules = slices.DeleteFunc(slices.Clone(g.Rules), func(r inventory.Rule) bool { return ruleIndex(gone, &r) >= 0 })
	changed.Rules = append(changed.Rules, allow...)
	return &changed
}

// sources names the replacement: "sg-app (shop-application) and 10.0.0.9/32".
func (a *attacher) sources(r *Replacement) string {
	var names []string
	for _, id := range r.Groups {
		names = append(names, a.named(id))
	}
	for _, n := range r.New {
		names = append(names, fmt.Sprintf("a new group %q of %s", n.Group.Name, interfaceIDs(n.Interfaces, 5)))
	}
	for _, p := range r.Kept {
		names = append(names, p.String())
	}
	return words.Series(names)
}

func (a *attacher) named(group string) string {
	if g := a.index.Group(group); g != nil {
		return g.Named()
	}
	return group
}

// proof says what the replacement covers, admits and loses, and how much of
// that was proven.
func (a *attacher) proof(r *Replacement, rule *inventory.Rule, p Proof) []string {
	inside := interfaceIDs(r.Covered, 10)
	lines := []string{"covered: " + inside}
	if len(r.Covered) == 0 {
		lines = nil
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
	if r.Admitted == 0 {
		lines = append(lines, "nothing else gains access")
	} else {
		text := interfaceIDs(r.Others, 10)
		if more := r.Admitted - len(r.Others); more > 0 {
			text += fmt.Sprintf(" and %d more", more)
		}
		lines = append(lines, "gain access, because they have these groups too: "+text)
	}
	lines = append(lines, r.free(rule))
	if len(r.Groups) > 1 {
		lines = append(lines, "all groups with addresses in the range are referenced: remove those that need no access")
	}
	for _, id := range r.Avoided {
		lines = append(lines, fmt.Sprintf("%s is not referenced: %s", a.named(id), a.tooBroad(id)))
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
		lines = append(lines, fmt.Sprintf("%s is referenced although %s: it is the only group of an interface that belongs to a service", a.named(id), a.tooBroad(id)))
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

func (a *attacher) tooBroad(id string) string {
	if a.index.Group(id).Default() {
		return "it is a default group, which every resource gets that is launched without a group"
	}
	return fmt.Sprintf("most of its %s are outside the range, in other tiers", number(len(a.holders(a.index.Group(id))), "interface"))
}

// free says how many addresses of the range nothing holds.
func (r *Replacement) free(rule *inventory.Rule) string {
	p := rule.Peer.Prefix
	all := new(big.Int).Lsh(big.NewInt(1), uint(p.Addr().BitLen()-p.Bits()))
	all.Sub(all, big.NewInt(int64(r.held)))
	switch {
	case all.Sign() == 0:
		return "no free address of the range loses access"
	case cidr.FamilyOf(p) == cidr.IPv6 && !all.IsInt64():
		return "no longer allowed: the rest of " + p.String() + ", which no interface has"
	}
	return fmt.Sprintf("no longer allowed: %s of %s that no interface has", number(int(all.Int64()), "address"), p)
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

// tracking says what becomes of connections that are open when rules go. A
// flow is not tracked where its rule allows every source and the group allows
// everything outbound, or the reverse; then it is cut at once. Tracked ones last until
// they are idle (EC2 user guide, security group connection tracking).
func tracking(g *inventory.Group, gone []inventory.Rule) []string {
	everyone := func(r *inventory.Rule) bool { return r.Peer.Prefix.IsValid() && r.Peer.Prefix.Bits() == 0 }
	back := func(d inventory.Direction, v6 bool, p inventory.Protocol) bool {
		return slices.ContainsFunc(g.Rules, func(o inventory.Rule) bool {
			return o.Direction != d && everyone(&o) && o.Peer.Prefix.Addr().Is6() == v6 && o.Traffic.Covers(inventory.Ports(p, 0, inventory.MaxPort))
		})
	}
	for i := range gone {
		r := &gone[i]
		if !everyone(r) {
			continue
		}
		for _, p := range []inventory.Protocol{inventory.TCP, inventory.UDP} {
			if _, _, ok := r.Traffic.PortsOf(p); ok && back(r.Direction, r.Peer.Prefix.Addr().Is6(), p) {
				return []string{"connections for " + r.Traffic.String() + " end at once: AWS does not track them, because the group allows " + p.String() + " from every address and to every address"}
			}
		}
	}
	return []string{"open connections continue until they have been idle for 5 days (TCP; 350 s on newer Nitro instances); new connections are rejected at once"}
}

// sessionManager names the way in that needs no open port.
func sessionManager(holders []*inventory.Interface) string {
	target := "INSTANCE-ID"
	for _, e := range holders {
		if e.Instance != "" {
			target = e.Instance
			break
		}
	}
	return "no rule replaces this one, because trusted_cidrs of the configuration is empty. To connect without an open port: give the instances a role with the policy AmazonSSMManagedInstanceCore " +
		"and a route to Systems Manager (internet or the endpoints ssm, ssmmessages, ec2messages), then run aws ssm start-session --target " + target
}

// ManagedBy names what seems to keep the group, by the tags and names that
// such tools give, or nothing.
func ManagedBy(g *inventory.Group) string {
	for _, t := range g.Tags {
		key, value := strings.ToLower(t.Key), strings.ToLower(t.Value)
		switch {
		case key == "aws:cloudformation:stack-name":
			return "CloudFormation stack " + t.Value
		case key == "aws:eks:cluster-name":
			return "EKS cluster " + t.Value
		case strings.HasPrefix(key, "kubernetes.io/cluster/"):
			return "Kubernetes cluster " + t.Key[len("kubernetes.io/cluster/"):]
		case key == "elbv2.k8s.aws/cluster":
			return "the AWS Load Balancer Controller of " + t.Value
		case key == "elasticbeanstalk:environment-name":
			return "Elastic Beanstalk environment " + t.Value
		case key == "guarddutymanaged":
			return "GuardDuty"
		case key == "terraform" && value != "false" && value != "no",
			(key == "managed-by" || key == "managedby" || key == "managed_by") && strings.Contains(value, "terraform"):
			return "Terraform"
		case (key == "managed-by" || key == "managedby" || key == "managed_by") && value != "" && value != "manual":
			return t.Value
		}
	}
	switch {
	case strings.HasPrefix(g.Name, "ElasticMapReduce-"):
		return "EMR"
	case strings.HasPrefix(g.Name, "d-") && strings.HasSuffix(g.Name, "_controllers"):
		return "Directory Service"
	case strings.HasPrefix(g.Name, "eks-cluster-sg-"):
		return "EKS"
	}
	return ""
}
