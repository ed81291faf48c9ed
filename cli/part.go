package cli

import (
	"regexp"
	"slices"
	"strings"

	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// partFlags choose a part of an account by its groups, on the verbs that judge
// all of it.
func partFlags() []urfave.Flag {
	return []urfave.Flag{
		&urfave.StringSliceFlag{Name: "group", Category: categoryReport, Usage: "only findings about the security group or resource with this `ID` or name, in which * stands for any text and ? for a character; repeatable"},
		&urfave.StringSliceFlag{Name: "vpc", Category: categoryReport, Usage: "only findings in the VPC with this `ID`; repeatable"},
		&urfave.StringSliceFlag{Name: "tag", Category: categoryReport, Usage: "only findings about security groups or resources with the tag `KEY=VALUE`, or with the tag KEY; repeatable, any of them"},
	}
}

// part chooses groups and resources by --group, --vpc and --tag (nil: all): of each flag any
// value has to match, and all the flags have to.
type part struct {
	words  []string // the flags as they were given; none: everything is chosen
	names  []string // the values of --group
	groups []*regexp.Regexp
	vpcs   []string
	tags   []tagFilter
	list   string // the command that lists the groups of what this run reads
}

// tagFilter is KEY or KEY=VALUE. A key may contain "=" too.
type tagFilter string

// holds reports whether the value of some tag is what the filter asks for.
func (f tagFilter) holds(tag func(key string) (string, bool)) bool {
	if _, there := tag(string(f)); there {
		return true
	}
	for i, c := range f {
		if c != '=' {
			continue
		}
		if value, there := tag(string(f[:i])); there && value == string(f[i+1:]) {
			return true
		}
	}
	return false
}

func readPart(c *urfave.Context) (*part, error) {
	p := &part{list: onTheSame(c, "audit", "-o", "groups-csv")}
	var errs []error
	for _, flag := range []string{"group", "vpc", "tag"} {
		for _, text := range c.StringSlice(flag) {
			switch {
			case text == "":
				errs = append(errs, console.Usage("", "--%s is empty", flag))
			case flag == "group":
				p.groups, p.names = append(p.groups, glob(text)), append(p.names, text)
			case flag == "vpc":
				p.vpcs = append(p.vpcs, text)
			case text[0] == '=':
				errs = append(errs, console.Usage("write it like --tag Team=web", "--tag %s: the key is missing", text))
			default:
				p.tags = append(p.tags, tagFilter(text))
			}
			p.words = append(p.words, "--"+flag+" "+text)
		}
	}
	return p, console.Combine(errs...)
}

// everything reports whether no flag chooses.
func (p *part) everything() bool { return p == nil || len(p.words) == 0 }

// has reports whether a group or resource with these ids and names is chosen.
func (p *part) has(vpc string, tag func(key string) (string, bool), ids ...string) bool {
	named := func(g *regexp.Regexp) bool {
		return slices.ContainsFunc(ids, func(id string) bool { return id != "" && g.MatchString(id) })
	}
	tagged := func(f tagFilter) bool { return f.holds(tag) }
	return (len(p.groups) == 0 || slices.ContainsFunc(p.groups, named)) && (len(p.vpcs) == 0 || slices.Contains(p.vpcs, vpc)) &&
		(len(p.tags) == 0 || slices.ContainsFunc(p.tags, tagged))
}

// scope chooses the groups of tables; nil stands for all.
func (p *part) scope() func(*inventory.Region, *inventory.Group) bool {
	if p.everything() {
		return nil
	}
	return func(_ *inventory.Region, g *inventory.Group) bool { return p.hasGroup(g) }
}

func (p *part) hasGroup(g *inventory.Group) bool {
	return p.has(g.VPC, func(key string) (string, bool) { return inventory.TagValue(g.Tags, key) }, g.ID, g.Name)
}

func (p *part) hasFinding(f *findings.Finding) bool {
	return p.has(f.VPCID, func(key string) (string, bool) { value, there := f.Tags[key]; return value, there }, f.GroupID, f.GroupName, f.ResourceID)
}

// filter adds the part to a filter. Of a finding that is gone no more than the id
// of its resource is known: it is left out where the resource is seen and is
// outside of the part.
func (p *part) filter(f *findings.Filter, outside map[string]bool) {
	if p.everything() {
		return
	}
	f.Part = p.hasFinding
	f.Gone = func(k *findings.Ref) bool { return !outside[k.ResourceID] }
	f.Words = append(f.Words, p.words...)
}

// outsideOf returns the resources of findings that are all outside of the part.
func (p *part) outsideOf(list []findings.Finding) map[string]bool {
	outside := map[string]bool{}
	for i := range list {
		if f := &list[i]; !p.hasFinding(f) {
			outside[f.ResourceID] = true
		}
	}
	return outside
}

// inOtherCase returns a tag of a group, as KEY or KEY=VALUE, that differs from one
// that was asked for by capital and small letters alone; empty if there is none.
func (p *part) inOtherCase(inv *inventory.Inventory) string {
	for _, r := range inv.Regions {
		for i := range r.Groups {
			for _, t := range r.Groups[i].Tags {
				for _, f := range p.tags {
					for _, tag := range []string{t.Key, t.Key + "=" + t.Value} {
						if strings.EqualFold(tag, string(f)) && tag != string(f) {
							return tag
						}
					}
				}
			}
		}
	}
	return ""
}

// without reports whether no group of an inventory is chosen.
func (p *part) without(inv *inventory.Inventory) bool {
	for _, r := range inv.Regions {
		for i := range r.Groups {
			if p.everything() || p.hasGroup(&r.Groups[i]) {
				return false
			}
		}
	}
	return !p.everything()
}

// hint says what was probably meant where no group of an inventory is chosen.
func (p *part) hint(inv *inventory.Inventory) string {
	if tag := p.inOtherCase(inv); tag != "" {
		return "capital and small letters of tags differ: a group has the tag " + words.Plain(tag)
	}
	var vpcs, tags []string
	for _, r := range inv.Regions {
		for i := range r.VPCs {
			v := &r.VPCs[i]
			vpcs = append(vpcs, v.ID)
			if name := inventory.NameTag(v.Tags); name != "" && slices.Contains(p.vpcs, name) {
				return "--vpc takes the id: " + words.Plain(name) + " is " + words.Plain(v.ID)
			}
		}
		for i := range r.Groups {
			for _, t := range r.Groups[i].Tags {
				tags = append(tags, t.Key, t.Key+"="+t.Value)
			}
		}
	}
	var wanted []string
	for _, f := range p.tags {
		wanted = append(wanted, string(f))
	}
	for _, flag := range []struct {
		name          string
		wanted, known []string
	}{{"group", p.names, groupNames(inv)}, {"vpc", p.vpcs, vpcs}, {"tag", wanted, tags}} {
		for _, word := range flag.wanted {
			if near := words.Nearest(word, flag.known); near != "" && !slices.Contains(flag.known, word) {
				return "did you mean --" + flag.name + " " + words.Plain(near) + "?"
			}
		}
	}
	return p.list + " lists the groups with their VPCs and tags"
}

// groupNames are the names and the ids of all groups.
func groupNames(inv *inventory.Inventory) (names []string) {
	for _, r := range inv.Regions {
		for i := range r.Groups {
			names = append(names, r.Groups[i].Name, r.Groups[i].ID)
		}
	}
	return names
}

// warnNone says of a list without rows that no group matches, and what was probably
// meant. It reports whether that is so.
func (p *program) warnNone(chosen *part, inv *inventory.Inventory) bool {
	if !chosen.without(inv) {
		return false
	}
	which := "security group"
	if !inv.Complete() {
		which += " that was read"
	}
	p.console.Warn("no %s matches %s", which, strings.Join(chosen.words, " "))
	p.console.Hint("%s", chosen.hint(inv))
	return true
}

// selectPart keeps the findings about a part of what was read. Everything was
// read and judged, so that references to other parts have their meaning.
func (p *program) selectPart(report *findings.Report, inv *inventory.Inventory, chosen *part) (*findings.Report, error) {
	if chosen.everything() {
		return report, nil
	}
	if err := p.someGroup(inv, chosen); err != nil {
		return nil, err
	}
	outside := chosen.outsideOf(report.Findings)
	for _, r := range inv.Regions {
		for i := range r.Groups {
			if g := &r.Groups[i]; !chosen.hasGroup(g) {
				outside[g.ID] = true
			}
		}
	}
	filter := findings.Filter{}
	chosen.filter(&filter, outside)
	return report.Select(filter), nil
}

// someGroup returns an error where all groups were read and none is chosen: what is
// written about such a part would look as if nothing had been found in it. Where not all
// groups were read it warns.
func (p *program) someGroup(inv *inventory.Inventory, chosen *part) error {
	if !chosen.without(inv) {
		return nil
	}
	text := strings.Join(chosen.words, " ")
	if inv.Complete() {
		return console.Usage(chosen.hint(inv), "no security group matches %s", text)
	}
	p.console.Warn("no security group that was read matches %s", text)
	return nil
}
