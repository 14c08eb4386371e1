"""How (in)variant is every activation of a convolutional network to rotations of its input?

The measure (Quiroga, Torrents-Barrena, Lanzarini, Puig 2019). Let a[u, x, r] be the activation of unit u for sample x
rotated by angle r. A unit of a convolutional layer is a feature map, reduced over space to one number (its mean or its
maximum) before any statistics; a unit of a vector layer is one element.

    transformation std   sigma_T(u) = mean over x of  std over r of a[u, x, r]
    sample std           sigma_S(u) = mean over r of  std over x of a[u, x, r]
    normalized variance  M(u)       = sigma_T(u) / sigma_S(u)

Standard deviations have divisor n - 1. M = 0 is fully invariant; about 1 or more is not invariant: turning one sample
changes the unit as much as going to another sample does.

Words
    run          (model, dataset, training, seed)
    training     an entry of the study's table: how far samples are rotated, how many epochs, and so on
    measure      a number for each unit, made of its statistics; M is one
    layer        one activation of the model: the output of a module or of a function in its forward pass
    unit         one feature map, or one element of a vector
    aggregation  how a feature map becomes one number: "mean" or "max"
    sample set   which test samples: "all", or those of one class; "stratified" is the mean over classes of a measure
    dead         a unit that never changes: 0 / 0, set to M = 1
    infinite     the M of a unit that changes with the angle only: x / 0
    below precision  a unit whose variation is no more than rounding noise: it has no M, nor another ratio
    at chance    a run whose network is no more accurate on upright images than guessing: no evidence for anything

Imports point one way: a room imports itself and the rooms named after it, no others.
    inspection                                   tables, activations, samples, networks
    measuring                                    training, storage, models, activations, statistics, samples, networks
    training                                     storage, samples
    tables                                       storage, measures, statistics
    page                                         storage, figures, statistics
    storage                                      statistics, samples
    figures                                      measures, statistics
    models                                       networks, torch_setup
    activations                                  statistics, networks
    measures                                     statistics
    samples                                      torch_setup
    statistics, networks, torch_setup            nothing
statistics, measures, figures, tables and page do without torch. No module here imports Snakemake, reads the config or
chooses a path below results/.
"""
