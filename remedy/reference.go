package remedy

import (
	"fmt"
	"slices"
	"strings"

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
	rules := ofPeers(o.rule, d.peers(d.group, r))
	allow, before, after, why := d.allow(o.rule, rules)
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
	o.summary = d.exchanged(o.rule, rules, d.sources(r), allow)
	if proof.Asked > 0 && proof.Asked == proof.Total && proof.Talking+proof.Unknown == 0 && len(allow) > 0 {
		o.summary = notUsable + d.unusable(r, o.rule.Traffic) + ". If none should, only revoke " + d.allows(o.rule) + ". Otherwise " + strings.ToLower(o.summary[:1]) + o.summary[1:]
	}
	o.proof = d.proof(r, o.rule, proof)
	o.steps = steps
}

// notUsable begins the summary of a fix that allows groups in the place of a range from
// which no interface can use the rule.
const notUsable = "No interface with an address in the range can use this rule today"

// unusable says, after a colon, why interfaces of a range cannot use a rule: the last step
// of the way of each, once, and the first two of them.
func (d *decision) unusable(r *Replacement, traffic inventory.Traffic) string {
	var reasons []string
	for _, from := range r.Covered {
		for _, to := range d.holders(d.group) {
			if from == to {
				continue
			}
			if _, steps := d.reach.Between(from, to, traffic); len(steps) > 0 {
				if why := to.NamedIn(from.NamedIn(steps[len(steps)-1].Detail)); !slices.Contains(reasons, why) {
					reasons = append(reasons, why)
				}
			}
		}
	}
	if len(reasons) == 0 {
		return ""
	}
	return ": " + words.List(reasons, 2)
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

// sources names what takes the place of a range, in the order of peers:
// "shop-application (sg-app)", "10.0.0.9/32".
func (a *attacher) sources(r *Replacement) (names []string) {
	for _, id := range r.Groups {
		names = append(names, a.named(id))
	}
	for _, n := range r.New {
		names = append(names, fmt.Sprintf("a new group %q of %s", n.Group.Name, interfaceIDs(n.Interfaces, 5)))
	}
	for _, p := range r.Kept {
		names = append(names, p.String())
	}
	return names
}

func (a *attacher) named(group string) string {
	if g := a.index.Group(group); g != nil {
		return g.Named()
	}
	return group
}

// tracking says what becomes of connections that are open when rules go. A
// flow is not tracked where its rule allows every source and the group allows
// everything outbound, or the reverse; then it is cut at once. Tracked ones last until
// they are idle (EC2 user guide, security group connection tracking).
func tracking(g *inventory.Group, gone []inventory.Rule) []string {
	everyone := func(r *inventory.Rule) bool { return r.Peer.Prefix.IsValid() && r.Peer.Prefix.Bits() == 0 }
	back := func(r *inventory.Rule, p inventory.Protocol) int {
		return slices.IndexFunc(g.Rules, func(o inventory.Rule) bool {
			return o.Direction != r.Direction && everyone(&o) && o.Peer.Prefix.Addr().Is6() == r.Peer.Prefix.Addr().Is6() && o.Traffic.Covers(inventory.Ports(p, 0, inventory.MaxPort))
		})
	}
	for i := range gone {
		r := &gone[i]
		if !everyone(r) {
			continue
		}
		for _, p := range []inventory.Protocol{inventory.TCP, inventory.UDP} {
			if _, _, ok := r.Traffic.PortsOf(p); !ok {
				continue
			}
			if k := back(r, p); k >= 0 {
				return []string{fmt.Sprintf("open connections for %s from sources that no other rule allows end at once: AWS does not track them, because the group allows %s and %s",
					r.Traffic.Words(), r.Allows(r.Peer.String()), g.Rules[k].Allows(g.Rules[k].Peer.String()))}
			}
		}
	}
	return []string{"open connections continue until they have been idle for 5 days (TCP; 350 s on newer Nitro instances); new connections are rejected at once"}
}

// sessionManager names the way in that needs no open port.
func (a *attacher) sessionManager(holders []*inventory.Interface) string {
	target, outbound := "INSTANCE-ID", ""
	for _, e := range holders {
		if e.Instance != "" {
			target = e.Instance
			if !slices.ContainsFunc(e.Groups, a.opensHTTPS) {
				outbound = ", an outbound rule for tcp/443 (no group of " + e.Named() + " has one)"
			}
			break
		}
	}
	return "with your office ranges in trusted_cidrs (--config FILE), the plan adds rules for them. To connect without an open port: give the instances a role with the policy AmazonSSMManagedInstanceCore" + outbound +
		" and a route to Systems Manager (internet or the endpoints ssm, ssmmessages, ec2messages), then run: aws ssm start-session --target " + target
}

// opensHTTPS reports whether a group allows outbound HTTPS, or may: a group that was not
// read may.
func (a *attacher) opensHTTPS(group string) bool {
	g := a.index.Group(group)
	return g == nil || slices.ContainsFunc(g.Rules, func(r inventory.Rule) bool {
		return r.Direction == inventory.Egress && r.Traffic.Covers(inventory.Ports(inventory.TCP, 443, 443))
	})
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
