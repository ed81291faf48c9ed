package cli

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/fixtures/estates"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
)

// demoNames are the names of the resources of the demo account by their ids: the tag
// Name, the name of a group or a prefix list, and the name of what owns an interface.
func demoNames(inv *inventory.Inventory) map[string]string {
	names := map[string]string{}
	add := func(id, name string) {
		if id != "" && name != "" && name != id {
			names[id] = name
		}
	}
	for _, r := range inv.Regions {
		for i := range r.Groups {
			add(r.Groups[i].ID, r.Groups[i].Name)
		}
		for _, l := range r.PrefixLists {
			add(l.ID, l.Name)
		}
		for _, v := range r.VPCs {
			add(v.ID, inventory.NameTag(v.Tags))
		}
		for _, s := range r.Subnets {
			add(s.ID, inventory.NameTag(s.Tags))
		}
		for _, a := range r.NetworkACLs {
			add(a.ID, inventory.NameTag(a.Tags))
		}
		for i := range r.Interfaces {
			e := &r.Interfaces[i]
			name := inventory.NameTag(e.Tags)
			add(e.Instance, name)
			if owner := e.Owner(); owner.Name != "" && owner.Name != e.Instance {
				name = owner.Name
			}
			add(e.ID, name)
		}
	}
	return names
}

// idOfResource finds ids of resources in a text.
var idOfResource = regexp.MustCompile(`\b(?:sg|vpc|subnet|acl|eni|i|pl)-[0-9a-f]{8}\b`)

// idsAlone are the places where an id stands without its name, each with the reason.
var idsAlone = []struct {
	line *regexp.Regexp
	why  string
}{
	{regexp.MustCompile(`^#   vpc_id = `), "an argument of Terraform takes an id"},
	{regexp.MustCompile(`\baws (ec2|ssm) [a-z-]+ --`), "a command of the AWS CLI takes ids"},
	{regexp.MustCompile(`: sgaudit usage --group sg-`), "a command takes the id, which only one group has"},
}

// TestEveryVerbNamesWhatItShows wants each id of a resource of the demo account that
// has a name to stand beside that name: in the same line, or in an earlier line of
// the same block.
func TestEveryVerbNamesWhatItShows(t *testing.T) {
	workplace(t)
	inv := notation.MustParse(estates.Demo()).Inventory
	names := demoNames(inv)
	if len(names) < 100 {
		t.Fatalf("only %d resources have a name", len(names))
	}
	write := func(name, text string) {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("now.sg", estates.Demo())
	write("before.sg", strings.NewReplacer("in tcp/22 0.0.0.0/0", "in tcp/22 192.0.2.0/24", "in tcp/5432 sg-0a100016", "in tcp/5433 sg-0a100016").Replace(estates.Demo()))
	for _, c := range [][]string{{"snapshot", "--demo", "-o", "now.json"}, {"audit", "--demo", "-o", "json=report.json"}, {"fix", "--demo", "-o", "sh=fix.sh"}, {"audit", "--demo", "--history", "runs"}} {
		if code, _, stderr := run(c...); code != 0 {
			t.Fatalf("%v: exit code %d: %s", c, code, stderr)
		}
	}
	for _, c := range []struct {
		line  string
		block bool // a name may stand in an earlier line of the block
	}{
		{line: "audit --demo -o table --all"},
		{line: "rules --demo"},
		{line: "interfaces --demo"},
		{line: "usage --demo"},
		{line: "fix --demo", block: true},
		{line: "fix --demo -o markdown", block: true},
		{line: "fix --demo -o terraform", block: true},
		{line: "simulate --input now.json fix.sh", block: true},
		{line: "diff before.sg now.sg", block: true},
		{line: "trend runs", block: true},
		{line: "group shop-web --demo"},
		{line: "group shop-application --demo"},
		{line: "group shop-postgres --demo"},
		{line: "group payments-cache --demo"},
		{line: "reach --demo --to shop-web-a --from internet", block: true},
		{line: "reach --demo --to kind:database --from internet", block: true},
		{line: "reach --demo --to shop-postgres", block: true},
		{line: "reach --demo --to eni-0a100008 --from eni-0a100005 --port tcp/3306", block: true},
		{line: "explain sg-0a100011 --demo", block: true},
		{line: "explain 900d4b --from report.json", block: true},
	} {
		code, stdout, stderr := run(strings.Fields(c.line)...)
		if code != 0 || stdout == "" {
			t.Errorf("%s: exit code %d: %s", c.line, code, stderr)
		}
		block, shown := "", 0
		for _, line := range strings.Split(stdout, "\n") {
			if strings.TrimSpace(line) == "" {
				block = ""
			}
			block += line + "\n"
			context := line
			if c.block {
				context = block
			}
			for _, id := range idOfResource.FindAllString(line, -1) {
				if name := names[id]; name != "" && !idAlone(line) {
					shown++
					if !strings.Contains(context, name) {
						t.Errorf("%s: %s stands without its name %s in %q", c.line, id, name, line)
					}
				}
			}
		}
		if shown == 0 && !strings.HasPrefix(c.line, "trend") {
			t.Errorf("%s shows no id of a resource with a name:\n%s", c.line, stdout)
		}
	}
}

func idAlone(line string) bool {
	for _, e := range idsAlone {
		if e.line.MatchString(line) {
			return true
		}
	}
	return false
}
