package shard

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// version is that of the files that Save writes. Load reads version 1 too, which had no
// digest in its first line.
const (
	version        = "2"
	withoutDigest  = "1"
	digestBegin    = `,"sha256":"`
	digestEnd      = `"}`
	digestHexBytes = 2 * sha256.Size
)

// Part is what one shard of a run has read, with all that a merge has to know.
type Part struct {
	Share
	Tool       string
	StartedAt  time.Time
	FinishedAt time.Time
	Retry      bool      // another try may bring more
	Accounts   []Account // of the run: those of the other shards too, sorted by id
	Settings   Settings
	Throttled  []findings.Throttled
	Inventory  *inventory.Inventory // of the accounts of this shard
}

// Account is one account of the run.
type Account struct {
	ID      string   `json:"id"`
	Name    string   `json:"name,omitempty"`
	State   string   `json:"state,omitempty"` // of an account that is not read, as SUSPENDED
	Regions []string `json:"regions"`         // that a run reads of it where it cannot get in, sorted
}

// Settings are what a report depends on beside the accounts and the depth: flags of the
// audit with their values, those that choose regions too, and the configuration file.
type Settings struct {
	Flags      [][2]string `json:"flags"`                // in the order of the verb's help; a repeated flag comes more than once
	ConfigName string      `json:"config_name,omitzero"` // for messages
	Config     string      `json:"config,omitzero"`
}

// head is the first line of a part. Its last member is the SHA-256 of what stands before
// it in the line. The second line is a snapshot, with a digest of its own.
type head struct {
	Version    string               `json:"sgaudit_part"`
	Tool       string               `json:"tool"`
	Shard      int                  `json:"shard"`
	Shards     int                  `json:"shards"`
	StartedAt  time.Time            `json:"started_at"`
	FinishedAt time.Time            `json:"finished_at"`
	Retry      bool                 `json:"retry"`
	Accounts   []Account            `json:"accounts"`
	Settings   Settings             `json:"settings"`
	Throttled  []findings.Throttled `json:"throttled"`
}

// Name returns the name of the file of a part in a folder of them.
func (s Share) Name() string {
	digits := len(strconv.Itoa(s.Count))
	return fmt.Sprintf("part-%0*d-of-%d.json.zst", digits, s.Index, s.Count)
}

var fileName = words.Form(`^part-[0-9]+-of-[0-9]+\.json(\.zst)?$`)

// ShareOf returns the shard that the name of a file in a folder of parts says, false where
// it is not such a name.
func ShareOf(name string) (s Share, named bool) {
	base := strings.TrimSuffix(filepath.Base(name), ".zst")
	_, err := fmt.Sscanf(base, "part-%d-of-%d.json", &s.Index, &s.Count)
	return s, err == nil && s.Name() == base+".zst" && s.Index >= 1 && s.Index <= s.Count
}

// Files returns the parts in a folder, compressed or not, sorted by name. What is not a file, such as a
// named pipe, is no part.
func Files(folder string) ([]string, error) {
	all, err := filepath.Glob(filepath.Join(folder, "part-*.json*"))
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(name string) bool {
		info, err := os.Stat(name)
		return !fileName().MatchString(filepath.Base(name)) || err == nil && !info.Mode().IsRegular()
	}), nil
}

// Written counts the parts in a folder that were written after a time: those of the run of
// which the last one is, and the shards of that run. Without such a part both are 0.
func Written(folder string, since time.Time) (parts, shards int, err error) {
	if _, err := os.Stat(folder); err != nil {
		return 0, 0, err
	}
	names, err := Files(folder)
	if err != nil {
		return 0, 0, err
	}
	var last time.Time
	of := map[int]map[int]bool{} // the shards that have a part, by the number of shards
	for _, name := range names {
		info, err := os.Stat(name)
		if err != nil || info.ModTime().Before(since) {
			continue
		}
		s, named := ShareOf(name)
		if !named {
			continue
		}
		if of[s.Count] == nil {
			of[s.Count] = map[int]bool{}
		}
		of[s.Count][s.Index] = true
		if info.ModTime().After(last) {
			last, shards = info.ModTime(), s.Count
		}
	}
	return len(of[shards]), shards, nil
}

// Save writes a part as two lines of JSON.
func (p *Part) Save(w io.Writer) error {
	h := head{version, p.Tool, p.Index, p.Count, p.StartedAt, p.FinishedAt, p.Retry, p.Accounts, p.Settings, p.Throttled}
	line, err := json.Marshal(h)
	if err != nil {
		return fmt.Errorf("writing the part: %w", err)
	}
	line = bytes.TrimSuffix(words.JSON(line), []byte("}"))
	if _, err := fmt.Fprintf(w, "%s%s%x%s\n", line, digestBegin, sha256.Sum256(line), digestEnd); err != nil {
		return fmt.Errorf("writing the part: %w", err)
	}
	return (&inventory.Snapshot{Tool: p.Tool, TakenAt: p.StartedAt, Inventory: p.Inventory}).Save(w)
}

// Load reads a part whole, or says what is wrong with it.
func Load(text []byte) (*Part, error) {
	line, rest, _ := bytes.Cut(text, []byte("\n"))
	switch v := versionOf(line); v {
	case version:
		var err error
		if line, err = undigested(line); err != nil {
			return nil, fmt.Errorf("the part is damaged: %w", err)
		}
	case withoutDigest, "":
	default:
		return nil, fmt.Errorf("the part has version %q, and this sgaudit reads versions %s and %s: merge with the sgaudit that wrote it", words.Cut(v, mostVersion), withoutDigest, version)
	}
	var h head
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&h); err != nil {
		return nil, fmt.Errorf("the part is damaged: %w", err)
	}
	if err := h.check(); err != nil {
		return nil, fmt.Errorf("the part is damaged: %w", err)
	}
	s, err := inventory.Load(bytes.NewBuffer(rest))
	if err != nil {
		return nil, err
	}
	for _, r := range s.Inventory.Regions {
		if Of(r.AccountID, h.Shards) != h.Shard {
			return nil, fmt.Errorf("the part is damaged: account %s does not belong to shard %d/%d", words.Plain(r.AccountID), h.Shard, h.Shards)
		}
	}
	return &Part{Share{h.Shard, h.Shards}, h.Tool, h.StartedAt, h.FinishedAt, h.Retry, h.Accounts, h.Settings, h.Throttled, s.Inventory}, nil
}

// undigested returns the first line of a part without its digest, if it has the right one.
func undigested(line []byte) ([]byte, error) {
	at := len(line) - len(digestBegin) - digestHexBytes - len(digestEnd)
	if at < 0 || !bytes.HasPrefix(line[at:], []byte(digestBegin)) || !bytes.HasSuffix(line, []byte(digestEnd)) {
		return nil, errors.New("the digest (sha256) of its first line is missing")
	}
	before, sum := line[:at], line[at+len(digestBegin):len(line)-len(digestEnd)]
	if fmt.Sprintf("%x", sha256.Sum256(before)) != string(sum) {
		return nil, errors.New("its first line does not have the digest (sha256) that it names, so it was changed after it was written")
	}
	return append(slices.Clone(before), '}'), nil
}

const mostVersion = 20 // bytes that a message repeats

func versionOf(line []byte) string {
	var v struct {
		Version string `json:"sgaudit_part"`
	}
	_ = json.Unmarshal(line, &v) // whatever else is wrong
	return v.Version
}

// check refuses what Save does not write.
func (h *head) check() error {
	switch {
	case h.Version != version && h.Version != withoutDigest:
		return fmt.Errorf("its version is %q", words.Cut(h.Version, mostVersion))
	case h.Shards < 1 || h.Shards > Most || h.Shard < 1 || h.Shard > h.Shards:
		return fmt.Errorf("it is shard %d of %d", h.Shard, h.Shards)
	case h.StartedAt.IsZero() || h.FinishedAt.Before(h.StartedAt):
		return errors.New("its times are in the wrong order")
	}
	for i, a := range h.Accounts {
		if !inventory.IsAccountID(a.ID) || i > 0 && h.Accounts[i-1].ID >= a.ID {
			return fmt.Errorf("its list of accounts has %q in the wrong place", words.Plain(a.ID))
		}
		for _, r := range a.Regions {
			if !inventory.IsRegion(r) {
				return fmt.Errorf("%q is not a region", words.Plain(r))
			}
		}
	}
	return nil
}
