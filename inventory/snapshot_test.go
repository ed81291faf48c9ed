package inventory_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/sgaudit/sgaudit/fixtures/estates"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
)

func save(t testing.TB, inv *inventory.Inventory) []byte {
	t.Helper()
	var out bytes.Buffer
	s := inventory.Snapshot{Tool: "sgaudit 1", TakenAt: time.Unix(1700000000, 0).UTC(), Inventory: inv}
	if err := s.Save(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// What was saved is what is loaded, of the demo account and of random ones.
func TestSnapshotRoundTrip(t *testing.T) {
	inventories := []*inventory.Inventory{notation.MustParse(estates.Demo()).Inventory}
	for seed := range uint64(30) {
		inventories = append(inventories, estates.Random(rand.New(rand.NewPCG(seed, 1)), estates.Size{Regions: 2, Groups: 6, Interfaces: 8}))
	}
	for i, inv := range inventories {
		got, err := inventory.Load(bytes.NewReader(save(t, inv)))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(inv, got.Inventory, cmpopts.EquateComparable(netip.Addr{}, netip.Prefix{}), cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("estate %d (-saved +loaded):\n%s", i, diff)
		}
		if got.Tool != "sgaudit 1" || got.TakenAt.Unix() != 1700000000 {
			t.Errorf("taken by %s at %s", got.Tool, got.TakenAt)
		}
	}
}

// A snapshot that was cut off anywhere is refused, and says so.
func TestSnapshotCutOff(t *testing.T) {
	whole := save(t, notation.MustParse("sg-1 a\n in tcp/22 0.0.0.0/0\neni-1 sg-1 10.0.0.1\n").Inventory)
	for n := range len(whole) - 2 { // the last byte is a line feed
		_, err := inventory.Load(bytes.NewReader(whole[:n]))
		if err == nil || !strings.Contains(err.Error(), "cut off") {
			t.Fatalf("%d of %d bytes: %v", n, len(whole), err)
		}
	}
}

// version1 writes a value as snapshots of version 1 had it: fields by their
// names in Go, all of them.
func version1(v reflect.Value) any {
	switch x := v.Interface().(type) {
	case inventory.Part:
		names := []string{}
		for _, part := range x.Each() {
			names = append(names, part.String())
		}
		return names
	case netip.Addr, netip.Prefix:
		return x
	}
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		return version1(v.Elem())
	case reflect.Struct:
		object := map[string]any{}
		for i := range v.NumField() {
			object[v.Type().Field(i).Name] = version1(v.Field(i))
		}
		return object
	case reflect.Slice:
		if v.IsNil() {
			return nil
		}
		list := []any{}
		for i := range v.Len() {
			list = append(list, version1(v.Index(i)))
		}
		return list
	case reflect.Uint8:
		return v.Uint()
	case reflect.Int16:
		return v.Int()
	}
	return v.Interface()
}

// What snapshots of version 1 held is what is loaded.
func TestSnapshotVersion1(t *testing.T) {
	for seed := range uint64(30) {
		inv := estates.Random(rand.New(rand.NewPCG(seed, 3)), estates.Size{Regions: 2, Groups: 6, Interfaces: 8})
		text, err := json.Marshal(map[string]any{"sgaudit_snapshot": "1", "tool": "sgaudit 1", "taken_at": time.Unix(1700000000, 0).UTC(), "inventory": nil})
		if err != nil {
			t.Fatal(err)
		}
		inside, err := json.Marshal(version1(reflect.ValueOf(*inv)))
		if err != nil {
			t.Fatal(err)
		}
		// The version stood first.
		whole := `{"sgaudit_snapshot":"1","tool":"sgaudit 1","taken_at":"2023-11-14T22:13:20Z","inventory":` + string(inside) + "}"
		got, err := inventory.Load(strings.NewReader(whole))
		if err != nil {
			t.Fatalf("seed %d: %v (%s)", seed, err, text)
		}
		if diff := cmp.Diff(inv, got.Inventory, cmpopts.EquateComparable(netip.Addr{}, netip.Prefix{}), cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("seed %d (-saved +loaded):\n%s", seed, diff)
		}
		if got.Tool != "sgaudit 1" || got.TakenAt.Unix() != 1700000000 {
			t.Errorf("taken by %s at %s", got.Tool, got.TakenAt)
		}
	}
	file, err := os.Open("testdata/version1.json") // of the demo account, as sgaudit wrote it
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	got, err := inventory.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	groups, rules := 0, 0
	for _, r := range got.Inventory.Regions {
		groups += len(r.Groups)
		for i := range r.Groups {
			rules += len(r.Groups[i].Rules)
		}
	}
	if text := got.Inventory.Regions[0].Groups[0].Rules[0].String(); groups != 47 || rules != 88 || text != "in tcp/443 0.0.0.0/0" {
		t.Errorf("%d groups, %d rules, the first is %s", groups, rules, text)
	}
}

const smallEstate = "sg-1 a\n in tcp/22 0.0.0.0/0\n in icmp/8/0 10.0.0.0/8\n out all sg-1\neni-1 sg-1 10.0.0.1\n"

// sealed gives a snapshot that was changed the digest of its new content.
func sealed(text string) string {
	begin := text[:strings.LastIndex(text, `,"sha256":"`)]
	return fmt.Sprintf(`%s,"sha256":"%x"}`, begin, sha256.Sum256([]byte(begin)))
}

// A snapshot that says what it cannot mean is refused, with the place; its
// digest is right.
func TestSnapshotStrict(t *testing.T) {
	whole := string(save(t, notation.MustParse(smallEstate).Inventory))
	if _, err := inventory.Load(strings.NewReader(sealed(whole))); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct{ from, to, want string }{
		"unknown key":            {`"security_groups":[{`, `"wecurity_groups":[{`, `(/inventory/regions/0/wecurity_groups): unknown key "wecurity_groups"`},
		"another case":           {`"security_groups":[{`, `"Security_Groups":[{`, `unknown key "Security_Groups"`},
		"unknown key in a group": {`"rules":[`, `"rulez":[`, `(/inventory/regions/0/security_groups/0/rulez): unknown key "rulez"`},
		"unknown key in a rule":  {`"cidr":"0.0.0.0/0"`, `"ciddr":"0.0.0.0/0"`, `unknown key "ciddr"`},
		"unknown key outside":    {`"tool":`, `"tools":`, `unknown key "tools"`},
		"a key twice":            {`"security_groups":[{`, `"security_groups":[],"security_groups":[{`, `the key "security_groups" comes twice`},
		"no groups":              {`"security_groups":[{`, `"gaps":[],"prefix_lists":[],"network_acls":[{`, `unknown key`},
		"a part without key":     {`"read":["security_groups","network_interfaces"`, `"read":["security_groups","network_interfaces","functions"`, `unknown part "functions"`},
		"no direction":           {`"direction":"ingress",`, ``, `a rule needs direction and protocol`},
		"no protocol":            {`"protocol":"tcp",`, ``, `a rule needs direction and protocol`},
		"another direction":      {`"ingress"`, `"in"`, `a direction is ingress or egress, not "in"`},
		"no port":                {`"from_port":22,`, ``, `tcp needs from_port and to_port`},
		"ports backwards":        {`"from_port":22`, `"from_port":23`, `the ports from 23 to 22 make no sense`},
		"ports of icmp":          {`"icmp_type":8`, `"from_port":8`, `icmp has no ports`},
		"a code alone":           {`"icmp_type":8,`, ``, `an icmp_code to a type`},
		"a large type":           {`"icmp_type":8`, `"icmp_type":256`, `the ICMP type or code 256 makes no sense`},
		"no peer":                {`,"cidr":"0.0.0.0/0"`, ``, `rule 1 of sg-1 in us-east-1 makes no sense`},
		"two peers":              {`"cidr":"0.0.0.0/0"`, `"cidr":"0.0.0.0/0","prefix_list_id":"pl-1"`, `rule 1 of sg-1 in us-east-1 makes no sense`},
		"a number for a text":    {`"id":"sg-1"`, `"id":1`, `(/inventory/regions/0/security_groups/0/id): a value of the kind number cannot stand there`},
		"no group id":            {`"id":"sg-1"`, `"id":"sg-1; reboot"`, `"sg-1; reboot" is not the id of a security group`},
		"no account":             {`{"account_id":"111122223333","partition"`, `{"account_id":"$(id)","partition"`, `"$(id)" is not an account id`},
		"no region":              {`"region":"us-east-1"`, `"region":"--profile"`, `"--profile" is not the name of a region`},
		"no interface id":        {`"id":"eni-1"`, `"id":"file:///etc/passwd"`, `"file:///etc/passwd" is not the id of a network interface`},
		"no delegated prefix":    {`"id":"eni-1"`, `"id":"eni-1","delegated_prefixes":["0.0.0.0/0"]`, `"0.0.0.0/0" is not a prefix that can be delegated to a network interface`},
		"no rule id":             {`"cidr":"0.0.0.0/0"`, `"cidr":"0.0.0.0/0","rule_ids":["sgr-1\n"]`, `"sgr-1\n" is not the id of a security group rule`},
		"a group twice":          {`"security_groups":[{`, `"security_groups":[{"id":"sg-1","rules":[]},{`, `sg-1 comes twice in us-east-1`},
		"an interface twice":     {`"network_interfaces":[{`, `"network_interfaces":[{"id":"eni-1","group_ids":[]},{`, `eni-1 comes twice in us-east-1`},
		"a region twice":         {`"regions":[{`, `"regions":[{"account_id":"111122223333","partition":"aws","region":"us-east-1"},{`, `the region us-east-1 of account "111122223333" comes twice`},
		"no rules":               {`,"rules":[`, `,"tags":[`, `unknown key`},
	} {
		if !strings.Contains(whole, tc.from) {
			t.Errorf("%s: %s is not in %s", name, tc.from, whole)
			continue
		}
		_, err := inventory.Load(strings.NewReader(sealed(strings.Replace(whole, tc.from, tc.to, 1))))
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v, want %s", name, err, tc.want)
		}
	}
	for name, tc := range map[string]struct{ text, want string }{
		"no digest":         {whole[:strings.LastIndex(whole, `,"sha256":"`)] + "}", "its digest (sha256) is missing"},
		"behind the digest": {strings.TrimSuffix(whole, "}\n") + `,"more":1}`, "something was added behind its digest"},
		"behind the end":    {whole + "{}", "something follows its end"},
		"no version":        {`{"inventory":{}}`, "the field sgaudit_snapshot is missing before its inventory"},
		"nothing":           {`{}`, "the field sgaudit_snapshot is missing"},
		"a list":            {`[]`, "it is not a JSON object"},
		"no inventory":      {`{"sgaudit_snapshot":"2"}`, "the field inventory is missing"},
	} {
		_, err := inventory.Load(strings.NewReader(tc.text))
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v, want %s", name, err, tc.want)
		}
	}
}

// A region that says that it read a part has the part's key, whatever part it
// is, in both versions; and a group has its rules, an interface its groups.
func TestSnapshotHasWhatWasRead(t *testing.T) {
	inv := notation.MustParse(smallEstate).Inventory
	region := inv.Regions[0]
	region.Read = inventory.DepthServices.Parts() | inventory.PartGroups | inventory.PartInterfaces
	region.PublicAccess.Mode = "off"
	whole := string(save(t, inv))
	if _, err := inventory.Load(strings.NewReader(whole)); err != nil {
		t.Fatal(err)
	}
	var file struct {
		Inventory struct{ Regions []map[string]json.RawMessage }
	}
	if err := json.Unmarshal([]byte(whole), &file); err != nil {
		t.Fatal(err)
	}
	missing := 0
	for key, value := range file.Inventory.Regions[0] {
		switch key {
		case "account_id", "partition", "region", "read", "asked", "gaps":
			continue
		}
		member := fmt.Sprintf(`,%q:%s`, key, value)
		if strings.Count(whole, member) != 1 {
			t.Fatalf("%s is not in the file", member)
		}
		_, err := inventory.Load(strings.NewReader(sealed(strings.Replace(whole, member, "", 1))))
		if err == nil || !strings.Contains(err.Error(), "were read, and has no key "+key) {
			t.Errorf("without %s: %v", key, err)
		}
		missing++
	}
	if parts := len(region.Read.Each()); missing != parts-1-(len(inventory.PartReferrers.Each())-1) { // the ids of rules are in the rules, and all referrers in one list
		t.Errorf("%d of %d parts have a key", missing, parts)
	}
	old, err := json.Marshal(version1(reflect.ValueOf(*inv)))
	if err != nil {
		t.Fatal(err)
	}
	text := `{"sgaudit_snapshot":"1","inventory":` + strings.Replace(string(old), `"Groups":[{"Description"`, `"Wroups":[{"Description"`, 1) + "}"
	if _, err := inventory.Load(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), `unknown key "Wroups"`) {
		t.Errorf("version 1 with an unknown key: %v", err)
	}
	text = `{"sgaudit_snapshot":"1","inventory":{"Regions":[{"Name":"eu-west-1","Read":["security groups"]}]}}`
	if _, err := inventory.Load(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), "says that its security groups were read, and has no key Groups") {
		t.Errorf("version 1 without groups: %v", err)
	}
	for from, want := range map[string]string{`,"rules":[]`: "has no key rules", `,"group_ids":[]`: "has no key group_ids"} {
		empty := notation.MustParse("sg-1 a\neni-1 sg-1 10.0.0.1\n").Inventory
		empty.Regions[0].Interfaces[0].Groups = nil
		bare := string(save(t, empty))
		if !strings.Contains(bare, from) {
			t.Fatalf("%s is not in %s", from, bare)
		}
		if _, err := inventory.Load(strings.NewReader(sealed(strings.Replace(bare, from, "", 1)))); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// Each bit of a snapshot counts, but the layout does not.
func TestSnapshotDigest(t *testing.T) {
	whole := save(t, notation.MustParse(smallEstate).Inventory)
	for i := range len(whole) - 1 { // the last byte is a line feed
		for bit := range 8 {
			damaged := bytes.Clone(whole)
			damaged[i] ^= 1 << bit
			if _, err := inventory.Load(bytes.NewReader(damaged)); err == nil {
				t.Fatalf("bit %d of byte %d (%q): loaded", bit, i, whole[max(0, i-10):i+1])
			}
		}
	}
	var laidOut bytes.Buffer
	if err := json.Indent(&laidOut, whole, "", "\t"); err != nil {
		t.Fatal(err)
	}
	if _, err := inventory.Load(&laidOut); err != nil {
		t.Error(err)
	}
	_, err := inventory.Load(strings.NewReader(strings.Replace(string(whole), "10.0.0.1", "10.0.0.2", 1)))
	if err == nil || !strings.Contains(err.Error(), "does not have the digest (sha256) that it names") {
		t.Error(err)
	}
}

// Characters that a terminal would obey are written as escapes, also where the
// encoder's writes cut them in two.
func TestSnapshotIsShown(t *testing.T) {
	inv := notation.MustParse(smallEstate).Inventory
	g := &inv.Regions[0].Groups[0]
	g.Description = strings.Repeat("a\u202eb\u0085c\U000e0041d€", 20000)
	whole := save(t, inv)
	if bytes.ContainsAny(whole, "\u202e\u0085\U000e0041") || !utf8.Valid(whole) || !bytes.Contains(whole, []byte("€")) {
		t.Error("a character is not shown")
	}
	got, err := inventory.Load(bytes.NewReader(whole))
	if err != nil || got.Inventory.Regions[0].Groups[0].Description != g.Description {
		t.Errorf("another description: %v", err)
	}
}

// FuzzLoad wants an error or an inventory that can be saved and loaded again.
func FuzzLoad(f *testing.F) {
	f.Add(save(f, notation.MustParse(estates.Demo()).Inventory))
	f.Add(save(f, notation.MustParse(smallEstate).Inventory))
	f.Add([]byte(`{"sgaudit_snapshot":"1","inventory":{"Regions":[null]}}`))
	f.Add([]byte(`{"sgaudit_snapshot":"1","inventory":{"Regions":[{"Name":"x","Read":["moons"]}]}}`))
	f.Add([]byte(`{"sgaudit_snapshot":"1","inventory":{"Regions":[{"Name":"x","Groups":[{"ID":"sg-1","Rules":[{"Direction":1,"Traffic":{"Protocol":6,"First":1,"Last":2},"Peer":{"Prefix":"","Group":{"ID":"sg-2"},"List":""}}]}]}]}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, text := range []string{string(text), sealed(string(text) + `,"sha256":"`)} {
			s, err := inventory.Load(strings.NewReader(text))
			if err != nil {
				continue
			}
			if _, err := inventory.Load(bytes.NewReader(save(t, s.Inventory))); err != nil {
				t.Fatalf("what was saved again: %v", err)
			}
		}
	})
}

// Two random inventories differ in something, the same one does not, and the
// way back has as many additions as the way there has removals.
func TestDiffIsSymmetric(t *testing.T) {
	for seed := range uint64(30) {
		size := estates.Size{Regions: 2, Groups: 6, Interfaces: 8}
		a := estates.Random(rand.New(rand.NewPCG(seed, 1)), size)
		b := estates.Random(rand.New(rand.NewPCG(seed, 2)), size)
		if changes, unread := inventory.Diff(a, a); len(changes)+len(unread) > 0 {
			t.Fatalf("seed %d: an inventory differs from itself: %v %v", seed, changes, unread)
		}
		there, _ := inventory.Diff(a, b)
		back, _ := inventory.Diff(b, a)
		count := map[string]int{}
		for _, c := range there {
			count[c.Change]++
		}
		for _, c := range back {
			switch c.Change {
			case inventory.Added:
				count[inventory.Removed]--
			case inventory.Removed:
				count[inventory.Added]--
			default:
				count[c.Change]--
			}
		}
		if len(there) == 0 || count[inventory.Added] != 0 || count[inventory.Removed] != 0 || count[inventory.Changed] != 0 {
			t.Fatalf("seed %d: there and back differ by %v", seed, count)
		}
	}
}
