package audit

import (
	"cmp"
	"slices"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach"
)

// ObserveResource starts an observation of a resource that is not a group. The
// name may be empty.
func (r *Pass) ObserveResource(kind, id, name, vpc string) Observation {
	return Observation{ResourceType: kind, ResourceID: id, ResourceName: name, VPC: vpc, Severity: r.check.Severity}
}

// ObserveInterface starts an observation of an interface.
func (r *Pass) ObserveInterface(e *inventory.Interface) Observation {
	o := r.ObserveResource("network-interface", e.ID, interfaceName(e), e.VPC)
	o.Interface = e
	return o
}

// Observation is what a check saw: the offending rule of a group, the group
// itself (Rule nil), or another resource (ResourceType and ResourceID set).
type Observation struct {
	Group        *inventory.Group
	Rule         *inventory.Rule
	Interface    *inventory.Interface // where it is the resource
	ResourceType string
	ResourceID   string
	ResourceName string // empty where AWS knows none
	VPC          string
	Severity     findings.Severity // base; Observe sets the check's
	Services     []string
	Title        string            // where it says more exactly what was seen than the title of the check; else empty
	Message      string            // one sentence, no full stop
	Fix          string            // what to do, in sentences
	Notes        []string          // what to know before it; a command stands at the end of a note, after ": "
	Proposal     findings.Proposal // the change; Observe proposes to revoke a rule
	Evidence     []string          // what the finding rests on, beside the verdict
	Unused       *findings.Unused  // how certain it is that nothing needs the group, of a group that is not in use
	Trusted      bool              // the source is trusted: info, whatever the sum
}

// Observe starts an observation of a group, or of a rule in it.
func (r *Pass) Observe(g *inventory.Group, rule *inventory.Rule) Observation {
	o := Observation{Group: g, Rule: rule, ResourceType: "security-group", ResourceID: g.ID, ResourceName: g.Name, VPC: g.VPC, Severity: r.check.Severity}
	if rule != nil {
		o.Proposal.Kind = findings.RevokeRule
	}
	return o
}

// familyOf returns the version of IP of the addresses that a peer stands for,
// or nothing where it may stand for both. A prefix list has one version.
func (r *Pass) familyOf(p inventory.Peer) string {
	v4, v6 := p.Prefix.IsValid() && p.Prefix.Addr().Is4(), p.Prefix.IsValid() && p.Prefix.Addr().Is6()
	if l := r.PrefixList(p.List); l != nil {
		v4, v6 = l.Holds(false), l.Holds(true)
	}
	switch {
	case v4 && !v6:
		return "ipv4"
	case v6 && !v4:
		return "ipv6"
	}
	return ""
}

// Report turns an observation into a finding: it adds the verdict, moves the
// severity, and names the interfaces concerned.
func (r *Pass) Report(o Observation) {
	information := o.Severity == findings.Info
	if s, ok := r.Settings.Severities[r.check.ID]; ok {
		o.Severity = s
	}
	f := findings.Finding{
		Information: information,
		Check:       r.check.ID, Title: cmp.Or(o.Title, r.check.Title), Status: findings.Open,
		AccountID: r.AccountID, AccountName: r.AccountName, Region: r.Name,
		VPCID: o.VPC, ResourceType: o.ResourceType, ResourceID: o.ResourceID, ResourceName: o.ResourceName,
		Services: o.Services, Unused: o.Unused, Message: o.Message,
		Fix:        findings.Fix{Summary: o.Fix, Notes: o.Notes},
		References: r.check.References,
	}
	if v := r.VPC(o.VPC); v != nil {
		f.VPCName = inventory.NameTag(v.Tags)
	}
	ruleText := ""
	if o.Rule != nil {
		f.Rule = findings.RuleOf(o.Rule, r.familyOf(o.Rule.Peer))
		f.Rule.PeerName = r.peerName(o.Rule.Peer)
		ruleText = f.Rule.String()
	}
	exposure := reach.Exposure{Verdict: reach.Unknown, Evidence: []string{"not applicable: the finding is not about a rule"}}
	if e := o.Interface; e != nil {
		exposure = r.Reach.Interface(e)
		owner := e.Owner()
		f.Attached, f.AttachedTo = 1, map[string]int{owner.Kind: 1}
		f.Interfaces = []findings.Interface{interfaceOf(e, owner)}
	}
	if g := o.Group; g != nil {
		t := r.traits(g)
		f.GroupID, f.GroupName, f.GroupARN, f.Tags = g.ID, g.Name, t.arn, t.tags
		f.Attached, f.AttachedTo, f.Interfaces = t.attached, t.kinds, t.first
		if o.Rule != nil {
			exposure = r.Reach.Rule(g, o.Rule)
		} else {
			exposure = r.Reach.Group(g)
		}
	}
	f.Exposure = findings.Exposure{Verdict: exposure.Verdict, Evidence: append(slices.Clip(exposure.Evidence), o.Evidence...)}
	f.BaseSeverity, f.Severity = o.Severity, o.Severity
	if r.check.Exposed {
		f.Severity = move(o.Severity, exposure.Verdict)
	}
	if o.Trusted {
		f.Severity = findings.Info
	}
	f.ID = findings.Identity(f.Check, r.Partition, r.AccountID, r.Name, o.ResourceID, ruleText)
	r.report.Findings = append(r.report.Findings, f)
	r.proposals = append(r.proposals, o.Proposal)
}

// peerName returns the name of a group or of a prefix list, or nothing. Groups of the
// other accounts of the run have theirs.
func (r *Pass) peerName(p inventory.Peer) string {
	if p.Group == nil {
		if l := r.PrefixList(p.List); l != nil && p.List != "" {
			return l.Name
		}
		return ""
	}
	g := r.Group(p.Group.ID)
	if g == nil {
		g, _ = r.elsewhere(p.Group.ID)
	}
	if g == nil {
		return ""
	}
	return g.Name
}

// move adds the exposure to a base severity.
func move(base findings.Severity, verdict reach.Verdict) findings.Severity {
	switch verdict {
	case reach.Reachable:
		return base.Raise()
	case reach.NotReachable:
		return base.Lower()
	case reach.Unattached:
		return min(base, findings.Medium)
	}
	return base
}

// traits are what all findings of a group say about it. They share the lists and
// maps, which are never changed.
type traits struct {
	arn      string
	tags     map[string]string
	attached int                  // interfaces to which it is attached
	kinds    map[string]int       // the same, by kind of owner
	first    []findings.Interface // as many of them as a finding lists
}

func (r *Pass) traits(g *inventory.Group) *traits {
	if t := r.cache.traits[g.ID]; t != nil {
		return t
	}
	carry := r.Reach.Interfaces(g.ID)
	t := &traits{
		arn: g.ARN(r.Partition, r.Name), tags: make(map[string]string, len(g.Tags)),
		attached: len(carry), kinds: map[string]int{},
	}
	for _, tag := range g.Tags {
		t.tags[tag.Key] = tag.Value
	}
	for _, e := range carry {
		owner := e.Owner()
		t.kinds[owner.Kind]++
		if len(t.first) < findings.MaxInterfaces {
			t.first = append(t.first, interfaceOf(e, owner))
		}
	}
	if r.cache.traits == nil {
		r.cache.traits = map[string]*traits{}
	}
	r.cache.traits[g.ID] = t
	return t
}

func interfaceOf(e *inventory.Interface, owner inventory.Owner) findings.Interface {
	i := findings.Interface{ID: e.ID, Name: inventory.NameTag(e.Tags), Owner: owner.String()}
	if len(e.Addresses) > 0 {
		i.PrivateIP = e.Addresses[0].Private.String()
	}
	if public := e.PublicIPv4(); len(public) > 0 {
		i.PublicIP = public[0].String()
	}
	if six := e.IPv6(); len(six) > 0 && six[0].String() != i.PrivateIP {
		i.IPv6 = six[0].String()
	}
	return i
}

// interfaceName is the tag Name of an interface, or the name of what it belongs
// to, such as a load balancer. An instance has an id and no name of its own.
func interfaceName(e *inventory.Interface) string {
	if owner := e.Owner(); owner.Kind != "instance" {
		return cmp.Or(inventory.NameTag(e.Tags), owner.Name)
	}
	return inventory.NameTag(e.Tags)
}
