package awsclient

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
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
	for folder, files := range folders {
		if err := place(folder, files, at); err != nil {
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

// readSavedFile reads the JSON documents of one file, which may stand one
// after the other.
func readSavedFile(name string) (*savedFile, []configurationItem, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, nil, err
	}
	if bytes.HasPrefix(text, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(bytes.NewReader(text))
		if err != nil {
			return nil, nil, fmt.Errorf("decompressing: %w", err)
		}
		if text, err = io.ReadAll(z); err != nil {
			return nil, nil, fmt.Errorf("decompressing: %w", err)
		}
	}
	return parseSaved(name, text)
}

func parseSaved(name string, text []byte) (*savedFile, []configurationItem, error) {
	file := &savedFile{name: name}
	var items []configurationItem
	decoder := json.NewDecoder(bytes.NewReader(text))
	for count := 0; ; count++ {
		var document map[string]json.RawMessage
		err := decoder.Decode(&document)
		if errors.Is(err, io.EOF) && count > 0 {
			return file, items, nil
		}
		if err != nil {
			return nil, nil, at(text, 0, err)
		}
		end := int(decoder.InputOffset())
		if raw, ok := document["configurationItems"]; ok {
			var list []configurationItem
			if err := json.Unmarshal(raw, &list); err != nil {
				return nil, nil, at(text, bytes.Index(text, raw), err)
			}
			for i := range list {
				keep, err := list[i].understand()
				if err != nil {
					return nil, nil, fmt.Errorf("configuration item %d (%s %s): %w", i, list[i].Type, list[i].ID, err)
				}
				if keep {
					items = append(items, list[i])
				}
			}
			continue
		}
		more := false
		if token, ok := document["NextToken"]; ok {
			more = string(token) != "null" && string(token) != `""`
		}
		known := false
		for key, value := range document {
			kind, ok := savedKinds[key]
			if key == entriesKey {
				kind, ok = savedEntries, true
			}
			if !ok {
				continue
			}
			known = true
			single, err := json.Marshal(map[string]json.RawMessage{key: value})
			if err != nil {
				return nil, nil, err
			}
			if _, err := kind.decode(single); err != nil {
				return nil, nil, at(text, bytes.Index(text, value), err)
			}
			file.hints.add(value, key == "SecurityGroups")
			file.answers = append(file.answers, savedAnswer{key, value, more})
		}
		if !known {
			line, column := position(text, end)
			return nil, nil, fmt.Errorf("the document that ends in line %d, column %d is no answer that is known: it has none of the keys %s", line, column, savedKeyNames())
		}
	}
}

// at gives an error of JSON its line and column.
func at(text []byte, begin int, err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	offset := len(text)
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		line, column := position(text, len(text))
		return fmt.Errorf("line %d, column %d: the file ends too early", line, column)
	case errors.As(err, &syntax):
		offset = begin + int(syntax.Offset) - 1
	case errors.As(err, &kind):
		if kind.Field == "" {
			return fmt.Errorf("the document is a %s, which it cannot be", kind.Value)
		}
		line, _ := position(text, max(0, begin))
		return fmt.Errorf("in the list that begins in line %d: %s is a %s, which it cannot be", line, kind.Field, kind.Value)
	}
	line, column := position(text, max(0, offset))
	return fmt.Errorf("line %d, column %d: %w", line, column, err)
}

// position counts lines and columns from 1.
func position(text []byte, offset int) (line, column int) {
	before := text[:min(max(0, offset), len(text))]
	return bytes.Count(before, []byte("\n")) + 1, len(before) - bytes.LastIndexByte(before, '\n')
}

// IsSaved reports whether a file, by how it begins, holds answers that Saved
// reads: of the AWS CLI, or of AWS Config.
func IsSaved(text []byte) bool {
	if bytes.HasPrefix(text, []byte{0x1f, 0x8b}) {
		return true
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	if token, err := decoder.Token(); err != nil || token != json.Delim('{') {
		return false
	}
	for {
		token, err := decoder.Token()
		key, ok := token.(string)
		if err != nil || !ok {
			return false
		}
		if _, known := savedKinds[key]; known || slices.Contains([]string{"configurationItems", "fileVersion", "configSnapshotId"}, key) {
			return true
		}
		if key == "sgaudit_snapshot" || key == "schema_version" {
			return false // ours, and perhaps large
		}
		var skipped json.RawMessage
		if decoder.Decode(&skipped) != nil {
			return false
		}
	}
}
