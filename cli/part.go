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
	groups []*regexp.Regexp
	vpcs   []string
	tags   []tagFilter
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
	p := &part{}
	var errs []error
	for _, flag := range []string{"group", "vpc", "tag"} {
		for _, text := range c.StringSlice(flag) {
			switch {
			case text == "":
				errs = append(errs, console.Usage("", "--%s is empty", flag))
			case flag == "group":
				p.groups = append(p.groups, glob(text))
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

// selectPart keeps the findings about a part of what was read. Everything was
// read and judged, so that references to other parts have their meaning. A part
// without any group is a mistake where all groups were read: its report would
// look clean.
func (p *program) selectPart(report *findings.Report, inv *inventory.Inventory, chosen *part) (*findings.Report, error) {
	if chosen.everything() {
		return report, nil
	}
	outside := chosen.outsideOf(report.Findings)
	some := false
	for _, r := range inv.Regions {
		for i := range r.Groups {
			if g := &r.Groups[i]; chosen.hasGroup(g) {
				some = true
			} else {
				outside[g.ID] = true
			}
		}
	}
	if !some {
		text := strings.Join(chosen.words, " ")
		if inv.Complete() {
			hint := "sgaudit audit -o groups-csv lists the groups with their VPCs and tags"
			if tag := chosen.inOtherCase(inv); tag != "" {
				hint = "capital and small letters of tags differ: a group has the tag " + words.Plain(tag)
			}
			return nil, console.Usage(hint, "no security group matches %s", text)
		}
		p.console.Warn("no security group that was read matches %s", text)
	}
	filter := findings.Filter{}
	chosen.filter(&filter, outside)
	return report.Select(filter), nil
}
