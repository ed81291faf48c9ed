package awsclient

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/inventory"
)

var (
	accountFolder = regexp.MustCompile(`^[0-9]{12}$`)
	regionFolder  = regexp.MustCompile(`^[a-z]{2,}(-[a-z]+)+-[0-9]+$`)
	listName      = regexp.MustCompile(`pl-[0-9a-z]+`)
	groupARN      = regexp.MustCompile(`"arn:(aws[a-z-]*):ec2:([a-z0-9-]+):([0-9]{12}):security-group/`)
	ownerOfGroup  = regexp.MustCompile(`(?i)"OwnerId"\s*:\s*"([0-9]{12})"`)
	zoneName      = regexp.MustCompile(`(?i)"AvailabilityZone"\s*:\s*"([a-z]{2,}(?:-[a-z]+)+-[0-9]+)`)
)

// savedFile is one file with the answers in it.
type savedFile struct {
	name    string
	answers []savedAnswer
	hints   hints
}

// savedAnswer is one answer, or one page of it.
type savedAnswer struct {
	key   string
	value json.RawMessage
	more  bool
}

// hints are what answers say of the place that they are of.
type hints struct{ accounts, owners, regions, partitions []string }

func (h *hints) add(text []byte, groups bool) {
	put := func(list *[]string, word []byte) {
		if !slices.Contains(*list, string(word)) {
			*list = append(*list, string(word))
		}
	}
	for _, m := range groupARN.FindAllSubmatch(text, -1) {
		put(&h.partitions, m[1])
		put(&h.regions, m[2])
		put(&h.accounts, m[3])
	}
	for _, m := range zoneName.FindAllSubmatch(text, -1) {
		put(&h.regions, m[1])
	}
	if groups {
		for _, m := range ownerOfGroup.FindAllSubmatch(text, -1) {
			put(&h.owners, m[1])
		}
	}
}

func (h *hints) join(o hints) {
	for _, pair := range []struct{ to, from *[]string }{{&h.accounts, &o.accounts}, {&h.owners, &o.owners}, {&h.regions, &o.regions}, {&h.partitions, &o.partitions}} {
		for _, word := range *pair.from {
			if !slices.Contains(*pair.to, word) {
				*pair.to = append(*pair.to, word)
			}
		}
	}
}

// readSaved reads a file or a folder into places, sorted by account and region.
func readSaved(path string) ([]*savedPlace, error) {
	folders := map[string][]*savedFile{}
	found := map[[2]string]*savedPlace{}
	at := func(account, region, partition string) *savedPlace {
		k := [2]string{account, region}
		if found[k] == nil {
			if partition == "" {
				partition = inventory.PartitionOf(region)
			}
			found[k] = newSavedPlace(account, region, partition)
		}
		return found[k]
	}
	err := filepath.WalkDir(path, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name != path && strings.HasPrefix(entry.Name(), "."):
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		case entry.IsDir(), name != path && !strings.HasSuffix(name, ".json") && !strings.HasSuffix(name, ".json.gz"):
			return nil
		}
		file, items, err := readSavedFile(name)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		for _, item := range items {
			item.put(at(item.account(), item.Region, ""))
		}
		if len(file.answers) > 0 {
			folders[filepath.Dir(name)] = append(folders[filepath.Dir(name)], file)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("reading saved answers: %w", err)
	}
	for _, folder := range slices.Sorted(maps.Keys(folders)) {
		if err := place(folder, folders[folder], at); err != nil {
			return nil, err
		}
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("%s holds no answer of the AWS CLI: JSON files with one of the keys %s", path, savedKeyNames())
	}
	var places []*savedPlace
	for _, p := range found {
		p.settle()
		places = append(places, p)
	}
	slices.SortFunc(places, func(a, b *savedPlace) int { return strings.Compare(a.account+" "+a.region, b.account+" "+b.region) })
	return places, nil
}

// place finds out of which account and region the files of a folder are.
func place(folder string, files []*savedFile, at func(account, region, partition string) *savedPlace) error {
	account, region := "", ""
	full, err := filepath.Abs(folder)
	if err != nil {
		return err
	}
	for _, word := range strings.Split(filepath.ToSlash(full), "/") {
		if accountFolder.MatchString(word) {
			account = word
		}
		if regionFolder.MatchString(word) {
			region = word
		}
	}
	const layout = "put the answers of each region into a folder ACCOUNT/REGION, like 123456789012/eu-west-1"
	var all hints
	for _, f := range files {
		all.join(f.hints)
	}
	if account == "" {
		accounts := all.accounts
		if len(accounts) == 0 {
			accounts = all.owners
		}
		switch len(accounts) {
		case 0:
			return fmt.Errorf("%s: no answer tells of which account it is: %s", folder, layout)
		case 1:
			account = accounts[0]
		default:
			return fmt.Errorf("%s: the answers are of the accounts %s: %s", folder, strings.Join(accounts, ", "), layout)
		}
	}
	partition := ""
	if len(all.partitions) == 1 {
		partition = all.partitions[0]
	}
	for _, f := range files {
		of := region
		switch {
		case of != "":
			if i := slices.IndexFunc(f.hints.regions, func(told string) bool { return told != of }); i >= 0 {
				return fmt.Errorf("%s lies in a folder of %s, but is of %s", f.name, of, f.hints.regions[i])
			}
		case len(all.regions) == 1:
			of = all.regions[0]
		case len(f.hints.regions) == 1:
			of = f.hints.regions[0]
		default:
			return fmt.Errorf("%s: nothing tells of which region it is: %s", f.name, layout)
		}
		p := at(account, of, partition)
		for _, a := range f.answers {
			if a.key != entriesKey {
				p.add(a.key, a.value, a.more)
				continue
			}
			id := listName.FindString(filepath.Base(f.name))
			if id == "" {
				return fmt.Errorf("%s: entries of a prefix list do not say which: name the file after the list, like pl-0123456789abcdef0.json", f.name)
			}
			if p.entries[id] == nil {
				p.entries[id] = newSavedPlace("", "", "")
			}
			p.entries[id].add(entriesKey, a.value, a.more)
		}
	}
	return nil
}
