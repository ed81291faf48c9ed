package cli

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"time"

	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/shard"
	"github.com/sgaudit/sgaudit/words"
)

const waitName = "wait"

// waitFlag makes merge wait for the shards; audit has no such flag.
func waitFlag() urfave.Flag {
	return &urfave.StringFlag{Name: waitName, Usage: "wait up to this `TIME`, for example 3h, until each shard has written its part into the folder; parts that were begun more than 12 hours ago are of an earlier run"}
}

// lookEvery is the time between two looks into the folder of the parts.
const lookEvery = 2 * time.Second

// waitForParts returns when a folder has a part of each shard that was written after a
// time and can be read, or when the longest wait is over, or with an error if ctx ends. Whether a part
// is of the run is decided later, by what it holds.
func (p *program) waitForParts(ctx context.Context, folder string, since time.Time, longest time.Duration) error {
	over := time.After(longest)
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	said := ""
	seen := partsSeen{}
	for {
		there, count, err := shard.Written(folder, since)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		damaged := ""
		if count > 0 && there == count {
			if damaged, err = seen.damaged(folder, since); err != nil || damaged == "" {
				return err
			}
		}
		now := "waiting for the shards: none has a part yet in " + folder
		if count > 0 {
			now = "waiting for the shards: " + words.Count(there, "part") + " of " + words.Count(count, "shard") + " so far"
		}
		if damaged != "" {
			now = "waiting for a shard that runs again: " + damaged
		}
		if said == "" || damaged != "" && now != said {
			p.console.Say("%s", now)
		}
		said = now
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-over:
			p.console.Warn("after %s of %s", longest, said)
			return nil
		case <-look.C:
		}
	}
}

// partsSeen is what became of the files of parts: why each cannot be read, empty where it
// can be. A file that a shard writes again is another one.
type partsSeen map[seenPart]string

type seenPart struct {
	name string
	at   time.Time
	size int64
}

// damaged returns why the first part in a folder that was written after a time cannot be
// read, or an empty text.
func (s partsSeen) damaged(folder string, since time.Time) (string, error) {
	names, err := shard.Files(folder)
	if err != nil {
		return "", err
	}
	first := ""
	for _, name := range names {
		info, err := os.Stat(name)
		if err != nil || info.ModTime().Before(since) {
			continue
		}
		file := seenPart{name, info.ModTime(), info.Size()}
		why, known := s[file]
		if !known {
			if _, err := readPartFile(name); err != nil {
				why = err.Error()
			}
			s[file] = why
		}
		first = cmp.Or(first, why)
	}
	return first, nil
}

// readWait reads --wait of merge, which needs one folder: the wait, and that folder.
func readWait(c *urfave.Context) (longest time.Duration, folder string, err error) {
	if err := notEmpty(c, waitName); err != nil || !c.IsSet(waitName) {
		return 0, "", err
	}
	longest, err = time.ParseDuration(c.String(waitName))
	if err != nil || longest <= 0 {
		return 0, "", console.Usage("write it like 90m or 3h", "--wait %q is not a time above 0", c.String(waitName))
	}
	folder = c.Args().First()
	info, err := os.Stat(folder)
	switch {
	case c.Args().Len() != 1, err == nil && !info.IsDir():
		return 0, "", console.Usage("write sgaudit merge FOLDER --wait 3h, with the folder that the shards write their parts into", "--wait needs one folder")
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return 0, "", err
	}
	return longest, folder, nil
}
