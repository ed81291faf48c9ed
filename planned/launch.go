package planned

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/inventory"
)

// launch is what starts instances from a launch template or a launch configuration: an
// Auto Scaling group, a node group of EKS, a fleet. What runs keeps its groups, and is
// terminated with the resource. What is started later has those of the template: one that the plan creates or changes has an
// interface of its own in the copy, and of one that was read its groups are known.
func (a *action) launch(pass int) {
	a.anything(pass)
	if pass == passAttach && a.removes() {
		a.terminate()
	}
	if pass != passAttach || !a.staying() {
		return
	}
	is := launches(a.After, "")
	if a.updates() && fmt.Sprint(is) == fmt.Sprint(launches(a.Before, "")) {
		return
	}
	var groups []string
	for _, l := range is {
		groups = joined(groups, nil, a.launchFrom(l))
	}
	nodes := a.Type == "aws_eks_node_group" || a.Type == "AWS::EKS::Nodegroup" // which have the group of their cluster
	if a.makes() && !nodes && slices.ContainsFunc(is, a.bare) {
		groups = joined(groups, nil, a.defaultsOf(a.vpcOfCreated()))
	}
	a.comes(groups)
	if a.makes() {
		a.remoteAccess()
	}
}

// remoteAccess adds the group that EKS creates for a node group with a key for SSH and no
// source groups: it allows SSH from everywhere (Amazon EKS, API reference, RemoteAccessConfig).
func (a *action) remoteAccess() {
	block, _ := a.After["RemoteAccess"].(map[string]any)
	if list, _ := a.After["remote_access"].([]any); len(list) == 1 {
		block, _ = list[0].(map[string]any)
	}
	key, sources := false, false
	for name, value := range block {
		key = key || plain(name) == "ec2sshkey" && !isEmpty(value) && value != ""
		sources = sources || strings.HasPrefix(plain(name), "source") && !isEmpty(value)
	}
	if !key || sources {
		return
	}
	vpc := a.vpcAmong(a.After)
	if vpc == "" {
		a.unknown("", "EKS opens SSH (tcp/22) of the nodes to the internet (0.0.0.0/0), because remote access has no source security groups. In which VPC the nodes are is not known")
		return
	}
	ssh := inventory.Rule{Direction: inventory.Ingress, Traffic: inventory.Ports(inventory.TCP, 22, 22), Peer: inventory.Peer{Prefix: netip.PrefixFrom(netip.IPv4Unspecified(), 0)}}
	group := inventory.Group{
		ID: a.Address + remoteAccessOf, Name: "eks-remoteAccess", VPC: vpc, Owner: a.in.AccountID,
		Description: "Security group for all nodes in the nodeGroup to allow SSH access", Rules: []inventory.Rule{ssh},
	}
	a.in.Groups = append(a.in.Groups, group)
	a.comes([]string{group.ID})
}

// remoteAccessOf is how the id of the group ends that EKS creates for SSH to nodes.
const remoteAccessOf = " remote access"

// launched is how a resource names a launch template or a launch configuration: by its id
// or its name, with the version of a template.
type launched struct {
	at, kind string // the attribute; "template" or "configuration"
	name     any
	version  any
}

// launches finds the launch templates and configurations among values.
func launches(value any, at string) (found []launched) {
	switch x := value.(type) {
	case []any:
		for i, item := range x {
			found = append(found, launches(item, fmt.Sprintf("%s[%d]", at, i))...)
		}
	case map[string]any:
		if l := templateIn(x, at); l != nil {
			return []launched{*l}
		}
		for _, key := range slices.Sorted(maps.Keys(x)) {
			name := strings.TrimPrefix(at+"."+key, ".")
			if p := plain(key); (p == "launchconfiguration" || p == "launchconfigurationname") && !isEmpty(x[key]) {
				found = append(found, launched{name, "configuration", x[key], nil})
				continue
			}
			found = append(found, launches(x[key], name)...)
		}
	}
	return found
}

// notGiven is what the AWS provider plans as the id of the launch template of an Auto Scaling
// group that names it by its name.
const notGiven = "unknown"

// templateIn returns the launch template that a block names, or nil where the attribute is
// another one or names none.
func templateIn(block map[string]any, at string) *launched {
	last := plain(strings.TrimRight(at[strings.LastIndexByte(at, '.')+1:], "[]0123456789"))
	if last != "launchtemplate" && last != "launchtemplatespecification" {
		return nil
	}
	l := launched{at: at, kind: "template"}
	for _, key := range slices.Sorted(maps.Keys(block)) {
		switch plain(key) {
		case "id", "name", "launchtemplateid", "launchtemplatename":
			if l.name == nil && !isEmpty(block[key]) && block[key] != notGiven {
				l.name = block[key]
			}
		case "version":
			if x, pending := block[key].(later); !pending || !x.computed { // which AWS gives is the default one
				l.version = block[key]
			}
		}
	}
	if l.name == nil {
		return nil
	}
	return &l
}

// launchFrom returns the groups of what instances are started from, unless the plan creates
// or changes it. What is not known is noted.
func (a *action) launchFrom(l launched) (groups []string) {
	if _, pending := l.name.(later); pending { // it can only be one that the plan creates
		if !a.in.of.starts(l.kind) {
			a.unknown(l.at, "it is known after apply which launch %s it is", l.kind)
		}
		return nil
	}
	name, _ := l.name.(string)
	for i := range a.in.of.plan.Resources { // of one that the plan changes too
		r := &a.in.of.plan.Resources[i]
		if isLaunch(r.Type, l.kind) && (r.Before["id"] == name || r.Before["name"] == name || r.After["name"] == name) {
			return nil
		}
	}
	if l.kind == "configuration" {
		a.unknown(l.at, "which groups the launch configuration %.255q gives to instances is not known", name)
		return nil
	}
	at := slices.IndexFunc(a.in.LaunchTemplates, func(t inventory.LaunchTemplate) bool { return t.ID == name || t.Name == name })
	version, _ := l.version.(string)
	if l.version != nil && version == "" {
		version = "known after apply"
		if n, is := l.version.(json.Number); is {
			version = n.String()
		}
	}
	switch {
	case at < 0:
		a.unknown(l.at, "the launch template %.255q is not among those of %s that were read: which groups it gives to instances is not known", name, a.region())
	case version != "" && version != "$Latest" && version != "$Default":
		a.unknown(l.at, "which groups version %.40q of the launch template %.255q gives to instances is not known", version, name)
	default:
		t := &a.in.LaunchTemplates[at]
		groups = slices.Clone(t.Groups)
		for _, name := range t.GroupNames {
			groups = append(groups, a.in.groupNamed(a.in.defaultVPC(), name))
		}
	}
	return groups
}

// bare reports whether the launch template or configuration, of the plan or of those that were
// read, has no groups, so that instances get the default group of their VPC. Of one that is
// known after apply only, all those of the plan have none.
func (a *action) bare(l launched) bool {
	name, _ := l.name.(string)
	pending, _ := l.name.(later)
	of := 0
	for i := range a.in.of.plan.Resources {
		r := &a.in.of.plan.Resources[i]
		if r.After == nil || !isLaunch(r.Type, l.kind) {
			continue
		}
		named := name != "" && (r.Before["id"] == name || r.Before["name"] == name || r.After["name"] == name)
		if !named && (name != "" || len(pending.of) > 0 && !slices.Contains(pending.of, r.Address)) {
			continue
		}
		if len(groupKeys(r.Type, r.After, "")) > 0 {
			return false
		}
		of++
	}
	if name != "" && of == 0 {
		at := slices.IndexFunc(a.in.LaunchTemplates, func(t inventory.LaunchTemplate) bool { return t.ID == name || t.Name == name })
		version := fmt.Sprint(l.version)
		known := l.version == nil || version == "" || version == "$Latest" || version == "$Default"
		return at >= 0 && known && len(a.in.LaunchTemplates[at].Groups)+len(a.in.LaunchTemplates[at].GroupNames) == 0
	}
	return of > 0
}

// starts reports whether the plan creates or changes a launch template or configuration.
func (c *copyOf) starts(kind string) bool {
	return slices.ContainsFunc(c.plan.Resources, func(r Resource) bool { return r.After != nil && isLaunch(r.Type, kind) })
}

func isLaunch(kind, what string) bool {
	if what == "template" {
		return kind == "aws_launch_template" || kind == "AWS::EC2::LaunchTemplate"
	}
	return kind == "aws_launch_configuration" || kind == "AWS::AutoScaling::LaunchConfiguration"
}
